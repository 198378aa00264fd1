import Glibc

/// Opens the root of a destination, and makes it where it is missing.
enum DestinationRoot {
    /// - Returns: `nil` where it is missing and `makes` is false.
    static func open(_ path: String, makes: Bool) throws -> DirectoryHandle? {
        do throws(Errno) {
            return try DirectoryHandle.root(path)
        } catch {
            if error.code == EACCES, makes, let opened = opened(path) { return opened }
            guard error.code == ENOENT else { throw failure(path, error) }
        }
        guard makes else { return nil }
        do throws(Errno) {
            try make(path)
            return try DirectoryHandle.root(path)
        } catch {
            throw failure(path, error)
        }
    }

    /// A folder that its owner, who we are, has shut to himself.
    private static func opened(_ path: String) -> DirectoryHandle? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_mode & 0o700 != 0o700,
              chmod(path, (status.st_mode & 0o7777) | 0o700) == 0 else { return nil }
        return try? DirectoryHandle.root(path)
    }

    private static func failure(_ path: String, _ reason: Errno) -> SyncError {
        SyncError(reason.endsSync ?? .destination, "cannot open the destination folder \(path): \(reason.text); check its name and permissions")
    }

    private static func make(_ path: String) throws(Errno) {
        var index = path.startIndex
        while index < path.endIndex {
            let end = path[path.index(after: index)...].firstIndex(of: "/") ?? path.endIndex
            guard mkdir(String(path[..<end]), 0o777) == 0 || errno == EEXIST else { throw Errno.last }
            index = end
        }
    }
}
