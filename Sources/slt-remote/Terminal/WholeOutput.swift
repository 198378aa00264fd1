import FoundationEssentials
import Glibc
import Platform
import RemoteKit

/// A file that a user asked for: it is there whole or not at all.
enum WholeOutput {
    /// - Throws: ``RemoteError`` `usage`; what was there before is left.
    static func write(_ bytes: [UInt8], to path: String) throws(RemoteError) {
        var info = stat()
        // A device or a pipe cannot be replaced, and /dev/stdout must not be, also where it leads to a file.
        if path.hasPrefix("/dev/") || path.hasPrefix("/proc/") || (stat(path, &info) == 0 && info.st_mode & S_IFMT != S_IFREG) {
            return try put(bytes, path, O_WRONLY | O_APPEND)
        }
        // A link stays, and what it leads to is replaced.
        let path = resolved(path)
        let temporary = path + ".new-\(getpid())"
        do throws(RemoteError) {
            try put(bytes, temporary, O_WRONLY | O_CREAT | O_EXCL)
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) != 0 else { return }
        let reason = ErrorText.of(errno)
        unlink(temporary)
        throw failure(path, reason)
    }

    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private static func put(_ bytes: [UInt8], _ path: String, _ flags: Int32) throws(RemoteError) {
        let file = open(path, flags | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw failure(path, ErrorText.of(errno)) }
        let isWhole = DescriptorIO.writeAll(file, bytes, at: nil)
        let reason = ErrorText.of(errno)
        guard close(file) == 0, isWhole else { throw failure(path, reason) }
    }

    private static func failure(_ path: String, _ reason: String) -> RemoteError {
        RemoteError(.usage, "cannot write \(path): \(reason); what was there before is left")
    }
}
