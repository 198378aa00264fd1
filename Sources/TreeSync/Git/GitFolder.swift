import Glibc

/// What git takes for a repository's own folder, with the very checks of git's setup.c: `read_gitfile_gently`,
/// `is_git_directory` and `validate_headref`. What fails them is no repository, and hides no rules of an outer one.
enum GitFolder {
    /// The folder that `entry`, a `.git`, is or names.
    /// - Returns: `nil` where git finds no repository there.
    static func named(by entry: String) -> String? {
        var status = stat()
        guard stat(entry, &status) == 0 else { return nil }
        if status.st_mode & S_IFMT == S_IFDIR { return isRepository(entry) ? entry : nil }
        // Git takes a file that it may not read for a repository that it knows nothing of.
        guard let text = fileText(entry, status) else { return errno == EACCES ? entry : nil }
        let prefix = Array("gitdir: ".utf8)
        guard text.starts(with: prefix), text.count > prefix.count else { return nil }
        let named = absolute(String(decoding: text.dropFirst(prefix.count), as: UTF8.self), from: String(entry.dropLast("/.git".count)))
        return isRepository(named) ? named : nil
    }

    /// Where what all worktrees share lies; `nil` where `commondir` says nothing, of which git makes an error.
    static func commonFolder(of folder: String) -> String? {
        var status = stat()
        guard lstat(folder + "/commondir", &status) == 0 else { return folder }
        guard let text = fileText(folder + "/commondir", nil), !text.isEmpty else { return nil }
        return absolute(String(decoding: text, as: UTF8.self), from: folder)
    }

    private static func isRepository(_ folder: String) -> Bool {
        guard hasHead(folder + "/HEAD"), let common = commonFolder(of: folder) else { return false }
        return access(common + "/objects", X_OK) == 0 && access(common + "/refs", X_OK) == 0
    }

    /// A link into `refs/`, `ref: refs/…`, or an object's name.
    private static func hasHead(_ path: String) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else { return false }
        let refs = Array("refs/".utf8)
        if status.st_mode & S_IFMT == S_IFLNK {
            return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 255) { buffer in
                guard let base = buffer.baseAddress, readlink(path, base, buffer.count) >= refs.count else { return false }
                return zip(buffer, refs).allSatisfy { UInt8(bitPattern: $0) == $1 }
            }
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard let text = try? FileBytes.readAll(descriptor, limit: 255) else { return false }
        let mark = Array("ref:".utf8)
        if text.starts(with: mark), text.dropFirst(mark.count).drop(while: { [0x20, 0x09, 0x0a, 0x0d].contains($0) }).starts(with: refs) { return true }
        return text.count >= 40 && text.prefix(40).allSatisfy { (0x30...0x39).contains($0) || (0x41...0x46).contains($0) || (0x61...0x66).contains($0) }
    }

    private static let longestFile = 1 << 20

    /// A file's text without the ends of lines at its end.
    private static func fileText(_ path: String, _ known: stat?) -> [UInt8]? {
        if let known, known.st_mode & S_IFMT != S_IFREG || known.st_size > longestFile {
            errno = EINVAL
            return nil
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard var text = try? FileBytes.readAll(descriptor, limit: longestFile) else {
            errno = EINVAL
            return nil
        }
        while let last = text.last, last == 0x0a || last == 0x0d { text.removeLast() }
        return text
    }

    private static func absolute(_ path: String, from folder: String) -> String {
        path.hasPrefix("/") ? path : folder + "/" + path
    }
}
