import Glibc

/// Reading of rule files. One that cannot be read ends the sync: without it, things that are excluded would be
/// sent, and deleted on the receiver.
enum RuleFile {
    /// The longest rule file, in bytes.
    static let limit = 64 << 20

    static func error(_ path: String, _ reason: String) -> SyncError {
        SyncError(.rules, "cannot read the rules in \(path): \(reason); make it readable, or switch such rules off")
    }

    /// All bytes of an open rule file; none of a folder.
    static func contents(of descriptor: Int32, named path: String) throws -> [UInt8]? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        guard status.st_size <= limit else { throw error(path, "it is longer than \(limit) bytes") }
        do throws(Errno) {
            return try FileBytes.readAll(descriptor, limit: Int(status.st_size))
        } catch {
            throw Self.error(path, error.text)
        }
    }

    /// The text of `name` in an open folder, where it is a file.
    static func contents(in folder: Int32, name: String, path: TreePath) throws -> [UInt8]? {
        let descriptor = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if [ENOENT, ELOOP, ENXIO].contains(errno) { return nil }
            throw error("\(path.appending(name.utf8))", Errno.last.text)
        }
        defer { close(descriptor) }
        return try contents(of: descriptor, named: "\(path.appending(name.utf8))")
    }
}
