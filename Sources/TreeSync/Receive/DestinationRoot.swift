import Glibc

/// Opens the root of a destination, and makes it where it is missing.
enum DestinationRoot {
    /// - Returns: `nil` where it is missing and `makes` is false.
    static func open(_ path: String, makes: Bool) throws -> DirectoryHandle? {
        do throws(Errno) {
            return try DirectoryHandle.root(path)
        } catch {
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
