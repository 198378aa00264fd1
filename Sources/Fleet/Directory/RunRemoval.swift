import Glibc
import Platform

/// What became of one run that was to be removed.
public struct RunRemoval: Codable, Sendable, Equatable {
    /// The name of the run.
    public var run: String
    /// What it takes on the disk, in bytes.
    public var bytes: Int
    /// Why it stays; `nil` for one that is gone, or would be.
    public var refusal: String?

    /// The refusal of a run that somebody reads.
    static let isRead = "somebody reads it"

    /// Whether it may be removed in a moment: who reads it may just have been told to read no longer.
    public var mayBeTriedAgain: Bool { refusal == Self.isRead }

    /// Each parameter is the property of the same name.
    public init(run: String, bytes: Int, refusal: String? = nil) {
        self.run = run
        self.bytes = bytes
        self.refusal = refusal
    }
}

extension RunDirectory {
    /// Removes a run, unless it lives or somebody reads it. Killed at any instant, the run is there as it was, or it is gone and the rest
    /// is taken away when the next run is made.
    /// - Parameter isDryRun: only says what would be.
    public static func remove(_ id: String, state: String, isDryRun: Bool) -> RunRemoval {
        guard RunSpec.isValid(id: id) else { return RunRemoval(run: id, bytes: 0, refusal: "that is not the name of a run") }
        let runs = Path(runsFolder(state: state)), root = runs / id, layout = RunLayout(root: root)
        guard root.exists else { return RunRemoval(run: id, bytes: 0, refusal: "it is not there") }
        let bytes = root.bytesOnDisk
        do {
            let folder = try File(root, O_RDONLY | O_DIRECTORY)
            let lock = File(ifPossible: layout.runLock, O_RDWR)
            let isFree = try lock?.tryLock() ?? true
            if layout.hasJobs || !isFree { return RunRemoval(run: id, bytes: bytes, refusal: "it is running") }
            if !folder.tryLockWhole(), errno == EWOULDBLOCK { return RunRemoval(run: id, bytes: bytes, refusal: RunRemoval.isRead) }
            guard !isDryRun else { return RunRemoval(run: id, bytes: bytes) }
            // What the order of files is made from outlives the runs.
            if let workspace = try? open(path: root.text).spec.workspace { _ = try? SuiteHistory.load(state: state, workspace: workspace) }
            let gone = UnfinishedRun.folder(of: id, in: runs)
            try root.rename(to: gone)
            gone.removeTree()
            return RunRemoval(run: id, bytes: bytes)
        } catch {
            return RunRemoval(run: id, bytes: bytes, refusal: error.message)
        }
    }
}

extension Path {
    /// What a file or a tree takes on the disk. No link is followed.
    var bytesOnDisk: Int {
        guard let info = status(followingLinks: false) else { return 0 }
        var bytes = Int(info.st_blocks) * 512
        if info.st_mode & S_IFMT == S_IFDIR { for name in (try? names()) ?? [] { bytes += (self / name).bytesOnDisk } }
        return bytes
    }
}
