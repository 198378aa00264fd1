import Fleet
import Glibc

/// What the last build of a workspace printed, until a run takes it as its `logs/build.log`.
struct BuildLog {
    let state: String
    let workspace: String

    /// Longer logs are cut: whoever prints more has a program that does not end.
    static let limit = 64 << 20

    private var path: String { "\(state)/builds/\(String(StableHash.of(workspace.utf8, 0), radix: 16)).log" }

    /// An empty log. A build does without where it cannot be made.
    func begin() -> BuildLogFile {
        mkdir(state, 0o700)
        mkdir(state + "/builds", 0o700)
        return BuildLogFile(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600))
    }

    func keep(in directory: RunDirectory) { rename(path, directory.path + "/logs/build.log") }
}

/// An open log.
final class BuildLogFile: Sendable {
    private let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }
    deinit { if descriptor >= 0 { close(descriptor) } }

    /// A full disk loses the log, not the build.
    func add(_ bytes: [UInt8]) {
        guard descriptor >= 0, lseek(descriptor, 0, SEEK_END) < BuildLog.limit else { return }
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
}
