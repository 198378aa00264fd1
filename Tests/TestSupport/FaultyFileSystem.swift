/// A library for `LD_PRELOAD` under which a folder behaves as one on a bad day of NFS: requests are repeated after they have succeeded, so that their success
/// is answered with an error, and what others have made is not seen for a while.
///
/// | variable | what it says |
/// | --- | --- |
/// | `FORGETFUL_ROOT` | paths that begin with it |
/// | `FORGETFUL_SEED` | a number; another one spoils other calls |
/// | `FORGETFUL_REPLAYS` | of 1,000 calls of link(2), rename(2), unlink(2) and open(2) with `O_EXCL` that succeed, how many say that they did not |
/// | `FORGETFUL_STALE` | of 1,000 looks at a file that this process once looked for in vain, how many do not see it |
/// | `FORGETFUL_DELAY` | for how many milliseconds after that |
public enum FaultyFileSystem {
    /// Compiles the library.
    /// - Returns: its path, in `folder`.
    public static func build(in folder: TemporaryFolder) async throws -> String { try await FaultyEngine.compile(source, to: "forgetful", in: folder) }

    private static let source = #"""
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <stdarg.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/stat.h>
        #include <time.h>
        #include <unistd.h>

        static const char *root;
        static long replays, stale, delay;
        static unsigned long seed;
        static __thread unsigned long state;

        __attribute__((constructor)) static void start(void) {
            root = getenv("FORGETFUL_ROOT");
            const char *text;
            replays = (text = getenv("FORGETFUL_REPLAYS")) ? atol(text) : 0;
            stale = (text = getenv("FORGETFUL_STALE")) ? atol(text) : 0;
            delay = (text = getenv("FORGETFUL_DELAY")) ? atol(text) : 0;
            seed = (text = getenv("FORGETFUL_SEED")) ? strtoul(text, NULL, 10) : 1;
        }

        static int hits(const char *path, long rate) {
            if (!root || rate == 0 || strncmp(path, root, strlen(root)) != 0) return 0;
            if (state == 0) state = (seed * 2654435761u) ^ ((unsigned long)getpid() << 20) ^ (unsigned long)&state ^ 0x9E3779B97F4A7C15u;
            state ^= state << 13; state ^= state >> 7; state ^= state << 17;
            return (long)(state % 1000) < rate;
        }

        static void *real(const char *name) {
            void *found = dlsym(RTLD_NEXT, name);
            if (!found) { fprintf(stderr, "forgetful: there is no %s\n", name); abort(); }
            return found;
        }

        /* What was not there when it was looked for is taken for missing for a while, by all but its maker. */
        #define SLOTS 65536
        static struct { unsigned long name, when; } missing[SLOTS];
        static unsigned long name_of(const char *path) {
            unsigned long value = 14695981039346656037u;
            for (; *path; path++) value = (value ^ (unsigned char)*path) * 1099511628211u;
            return value ? value : 1;
        }
        static unsigned long now(void) {
            struct timespec time;
            clock_gettime(CLOCK_MONOTONIC, &time);
            return time.tv_sec * 1000ul + time.tv_nsec / 1000000;
        }
        static void remember(const char *path) { unsigned long name = name_of(path); if (missing[name % SLOTS].name == name) missing[name % SLOTS].name = 0; }
        static void missed(const char *path) {
            if (!root || stale == 0 || strncmp(path, root, strlen(root)) != 0) return;
            unsigned long name = name_of(path);
            if (missing[name % SLOTS].name == name && now() - missing[name % SLOTS].when < (unsigned long)delay) return;
            missing[name % SLOTS].when = now();
            missing[name % SLOTS].name = name;
        }
        static int is_hidden(const char *path) {
            if (!hits(path, stale)) return 0;
            unsigned long name = name_of(path);
            return missing[name % SLOTS].name == name && now() - missing[name % SLOTS].when < (unsigned long)delay;
        }

        int link(const char *from, const char *to) {
            int (*call)(const char *, const char *) = real("link");
            if (call(from, to) != 0) return -1;
            remember(to);
            if (hits(to, replays)) { errno = EEXIST; return -1; }
            return 0;
        }

        int rename(const char *from, const char *to) {
            int (*call)(const char *, const char *) = real("rename");
            if (call(from, to) != 0) return -1;
            remember(to);
            if (hits(to, replays)) { errno = ENOENT; return -1; }
            return 0;
        }

        int unlink(const char *path) {
            int (*call)(const char *) = real("unlink");
            if (call(path) != 0) return -1;
            if (hits(path, replays)) { errno = ENOENT; return -1; }
            return 0;
        }

        static int opened(const char *name, const char *path, int flags, mode_t mode) {
            int (*call)(const char *, int, ...) = real(name);
            if (!(flags & O_CREAT) && is_hidden(path)) { errno = ENOENT; return -1; }
            int file = call(path, flags, mode);
            if (file < 0 && errno == ENOENT) { missed(path); errno = ENOENT; }
            if (file >= 0 && (flags & O_CREAT)) remember(path);
            if (file >= 0 && (flags & O_EXCL) && hits(path, replays)) { close(file); errno = EEXIST; return -1; }
            return file;
        }

        #define MODE va_list rest; va_start(rest, flags); mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; va_end(rest)
        int open(const char *path, int flags, ...) { MODE; return opened("open", path, flags, mode); }
        int open64(const char *path, int flags, ...) { MODE; return opened("open64", path, flags, mode); }

        int stat(const char *path, struct stat *info) {
            int (*call)(const char *, struct stat *) = real("stat");
            if (is_hidden(path)) { errno = ENOENT; return -1; }
            int result = call(path, info);
            if (result != 0 && errno == ENOENT) { missed(path); errno = ENOENT; }
            return result;
        }

        int lstat(const char *path, struct stat *info) {
            int (*call)(const char *, struct stat *) = real("lstat");
            if (is_hidden(path)) { errno = ENOENT; return -1; }
            int result = call(path, info);
            if (result != 0 && errno == ENOENT) { missed(path); errno = ENOENT; }
            return result;
        }
        """#
}
