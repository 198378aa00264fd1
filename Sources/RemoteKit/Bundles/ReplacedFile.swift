import Glibc
import Platform

/// A file that is written beside its place and put there when it is whole.
enum ReplacedFile {
    /// - Parameters:
    ///   - path: absolute.
    ///   - body: writes into the descriptor; what it throws leaves what was there before.
    static func write(_ path: String, _ body: (Int32) throws(RemoteError) -> Void) throws(RemoteError) {
        let part = "\(path).part-\(getpid())"
        let file = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure(path, errno) }
        defer { close(file) }
        do throws(RemoteError) {
            try body(file)
            // A bundle is for others to read, as far as the user's mask lets them.
            let mask = umask(0o022)
            umask(mask)
            guard fchmod(file, 0o666 & ~mask) == 0, fsync(file) == 0, rename(part, path) == 0 else { throw failure(path, errno) }
        } catch {
            unlink(part)
            throw error
        }
    }

    /// Whether a name is that of an unfinished file whose process is gone.
    static func isLeft(_ name: String) -> Bool {
        guard let part = name.split(separator: ".").last, part.hasPrefix("part-"), let pid = Int32(part.dropFirst(5)) else { return false }
        return kill(pid, 0) != 0 && errno == ESRCH
    }

    static func failure(_ path: String, _ number: Int32) -> RemoteError {
        let words = ErrorText.of(number)
        return RemoteError(.usage, "cannot write \(path): \(words.prefix(1).lowercased() + words.dropFirst())")
    }
}
