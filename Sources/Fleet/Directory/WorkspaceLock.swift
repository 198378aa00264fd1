import Glibc

/// Held by whoever changes the sources of a workspace or starts a run there, so that two clients do not mix.
/// Goes with the process that holds it.
public final class WorkspaceLock: Sendable {
    private let file: File

    /// - Parameters:
    ///   - state: the folder of agents and runs.
    ///   - workspace: absolute path; one that need not exist yet.
    /// - Throws: ``FleetError`` `alreadyRunning` when another client has it.
    public init(state: String, workspace: String) throws(FleetError) {
        let folder = Path(state).absolute / "locks"
        try folder.makeFolders()
        let name = workspace.utf8.map { byte -> String in
            let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            return isPlain ? String(UnicodeScalar(byte)) : "_" + String(byte, radix: 16)
        }.joined()
        file = try File(folder / String(name.suffix(200)), O_RDWR | O_CREAT)
        guard try file.tryLock() else {
            throw FleetError(.alreadyRunning, "cannot use \(workspace): another client is changing it; try again when that is done", isRetryable: true)
        }
    }
}
