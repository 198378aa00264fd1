import CFleet
import Glibc

/// A program to start with posix_spawn(3): signals at their defaults, nothing inherited but what is listed.
struct Spawn {
    enum Group { case new, newSession }

    /// Program first; a program without a slash is looked up in PATH.
    var arguments: [[UInt8]]
    /// `NAME=value`.
    var environment: [[UInt8]]
    var group: Group
    var directory: Path
    /// Descriptors of this process, each with its number in the new one.
    var descriptors: [(from: Int32, to: Int32)]

    /// - Returns: the pid, or the error number.
    func start() -> (pid: pid_t, error: Int32) {
        guard !arguments.isEmpty else { return (0, EINVAL) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }

        // Out of the way first: a source may have the number of another one's target.
        let moved = descriptors.map { fcntl($0.from, F_DUPFD_CLOEXEC, 64) }
        defer { for descriptor in moved where descriptor >= 0 { close(descriptor) } }
        for (index, descriptor) in moved.enumerated() {
            if descriptor < 0 { return (0, errno) }
            posix_spawn_file_actions_adddup2(&actions, descriptor, descriptors[index].to)
        }
        _ = directory.withCString { cfleet_spawn_in_folder(&actions, $0) }
        configure(&attributes)

        var pid: pid_t = 0
        var result: Int32 = 0
        // A program just written may be held open for writing by a child of another thread that is about to execute.
        for _ in 0..<50 {
            result = withCStrings(arguments) { argv in
                withCStrings(environment) { envp in
                    posix_spawnp(&pid, argv[0].unsafelyUnwrapped, &actions, &attributes, argv, envp)
                }
            }
            if result != ETXTBSY { break }
            pauseThread(0.01)
        }
        return (pid, result)
    }

    private func configure(_ attributes: inout posix_spawnattr_t) {
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        switch group {
        case .new:
            posix_spawnattr_setpgroup(&attributes, 0)
            flags |= POSIX_SPAWN_SETPGROUP
        case .newSession:
            flags |= cfleet_spawn_new_session()
        }
        posix_spawnattr_setflags(&attributes, Int16(flags))
    }

    private func withCStrings<Result>(_ strings: [[UInt8]],
                                      _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result) -> Result {
        var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { bytes in
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
            for (index, byte) in bytes.enumerated() { copy[index] = CChar(bitPattern: byte) }
            copy[bytes.count] = 0
            return copy
        }
        pointers.append(nil)
        defer { for pointer in pointers { pointer?.deallocate() } }
        return pointers.withUnsafeBufferPointer { body($0.baseAddress.unsafelyUnwrapped) }
    }

    /// This process's environment as bytes, with `changes` on top.
    static func environment(changing changes: [(name: String, value: [UInt8])]) -> [[UInt8]] {
        let replaced = Set(changes.map { Array($0.name.utf8) })
        var result: [[UInt8]] = []
        var next = environ
        while let entry = next.pointee {
            let bytes = Array(UnsafeBufferPointer(start: entry, count: strlen(entry))).map { UInt8(bitPattern: $0) }
            if !replaced.contains(Array(bytes.prefix { $0 != UInt8(ascii: "=") })) { result.append(bytes) }
            next += 1
        }
        return result + changes.map { Array($0.name.utf8) + [UInt8(ascii: "=")] + $0.value }
    }
}
