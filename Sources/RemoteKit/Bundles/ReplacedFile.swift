import Glibc
import Platform

/// A file that is written beside its place and put there when it is whole.
enum ReplacedFile {
    /// - Parameters:
    ///   - path: absolute.
    ///   - body: writes into the descriptor; what it throws leaves what was there before.
    static func write(_ path: String, _ body: (Int32) throws(RemoteError) -> Void) throws(RemoteError) {
        let part = path + ending
        // What a killed process of the same number has left.
        unlink(part)
        // A bundle is for others to read, as far as the user's mask lets them.
        let file = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard file >= 0 else { throw failure(path, errno) }
        defer { close(file) }
        do throws(RemoteError) {
            try body(file)
            guard fsync(file) == 0, rename(part, path) == 0 else { throw failure(path, errno) }
        } catch {
            unlink(part)
            throw error
        }
    }

    /// What the names of this process's unfinished files end in.
    static var ending: String { ".part-\(getpid())" }

    /// Whether a name is that of an unfinished file whose process is gone.
    static func isLeft(_ name: String) -> Bool {
        guard let part = name.split(separator: ".").last, part.hasPrefix("part-") else { return false }
        return isGone(process: part.dropFirst(5))
    }

    /// - Parameter number: of a process of this machine, in decimal.
    static func isGone(process number: some StringProtocol) -> Bool {
        guard let pid = Int32(number), pid > 0 else { return false }
        return kill(pid, 0) != 0 && errno == ESRCH
    }

    static func failure(_ path: String, _ number: Int32) -> RemoteError {
        let words = ErrorText.of(number)
        return RemoteError(.usage, "cannot write \(path): \(words.prefix(1).lowercased() + words.dropFirst())")
    }
}
