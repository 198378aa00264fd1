import Glibc
import Platform

/// Who uses a workspace, for those who find it locked.
struct WorkspaceHolder: Codable, Sendable, Equatable {
    /// `user@machine`.
    var user: String
    /// "sync", "build", "start of a run".
    var work: String
    /// ``ProcessMark`` of the process that holds the lock.
    var process: String
    /// Seconds since 1970.
    var since: Double
    /// The run that holds it, and its state folder.
    var run: String?
    var state: String?

    var isOver: Bool { ProcessMark.isOver(process) }
}

/// Held by whoever changes the sources of a workspace or starts a run there, and by a run for its life, so that two do not mix.
/// It belongs to the folder itself, whatever path or state folder leads there, and goes with the last process that holds it.
public final class WorkspaceLock: Sendable {
    /// The real path of the folder.
    public let folder: String
    let identity: FolderIdentity
    private let state: String
    /// What carries the lock: the folder, or a file for it where the file system locks no folders.
    private let file: File

    /// The work and the user that a lock is for.
    public struct Purpose: Sendable {
        let work: String
        let user: String
        /// - Parameters:
        ///   - work: `sync`, `build`, `start of a run`.
        ///   - user: `user@machine`.
        public init(work: String, user: String) {
            self.work = work
            self.user = user
        }
    }

    /// - Parameters:
    ///   - folder: real path; must be there.
    ///   - state: the folder of agents and runs.
    ///   - purpose: for others who want it meanwhile; `nil` leaves no trace, as a dry run must.
    /// - Returns: `nil` when another client or run has it.
    public init?(folder: String, state: String, purpose: Purpose?) throws(FleetError) {
        let open = try File(Path(folder), O_RDONLY | O_DIRECTORY)
        guard let identity = FolderIdentity(path: folder) else { throw .system("use the workspace \(folder)") }
        self.folder = folder
        self.identity = identity
        self.state = state
        guard let file = try WorkspaceLock.lock(open, identity, state) else { return nil }
        // Someone may have put another folder there since.
        let status = try open.status()
        guard UInt64(status.st_ino) == identity.inode, UInt64(status.st_dev) == identity.device else { return nil }
        self.file = file
        if let purpose {
            let holder = WorkspaceHolder(user: purpose.user, work: purpose.work, process: ProcessMark.own, since: Clock.now)
            try? note("holder").write(holder)
        }
    }

    private static func lock(_ folder: File, _ identity: FolderIdentity, _ state: String) throws(FleetError) -> File? {
        if folder.tryLockWhole() { return folder }
        if errno == EWOULDBLOCK { return nil }
        // A network file system that locks no folder.
        let locks = Path(state).absolute / "locks"
        try locks.makeFolders()
        let file = try File(locks / identity.name, O_RDWR | O_CREAT)
        return try file.tryLock() ? file : nil
    }

    /// For a process that is to have the lock too: from now on it stays as long as any process has this open.
    func shared() -> Int32 {
        file.leaveLocks()
        return file.descriptor
    }

    private func note(_ name: String) -> FolderNote { FolderNote(name: name, folder: folder, identity: identity, state: state) }

    /// The tree that the workspace was last made like.
    public var mark: TreeOrigin? { note("tree").read(TreeOrigin.self) }

    /// The same, without a lock.
    public static func mark(of folder: String, state: String) -> TreeOrigin? {
        FolderIdentity(path: folder).flatMap { FolderNote(name: "tree", folder: folder, identity: $0, state: state).read(TreeOrigin.self) }
    }

    /// Notes that the workspace is made like this tree.
    /// - Throws: ``FleetError`` `system` when it can be noted nowhere.
    public func setMark(_ origin: TreeOrigin) throws(FleetError) {
        if mark != origin { try note("tree").write(origin) }
    }

    /// Says that a run has the lock from now on.
    func hand(to run: RunSpec, pid: Int32) {
        let process = ProcessIdentity.mark(pid: pid)
        try? note("holder").write(WorkspaceHolder(user: run.startedBy, work: "run", process: process, since: Clock.now, run: run.id, state: state))
    }

    // MARK: wanting it

    /// How long a wish counts.
    private static let wishLife = 10.0

    /// Tells whoever has the lock that someone waits for it: one whose client is silent lets go.
    public static func want(folder: String, state: String) {
        guard let identity = FolderIdentity(path: folder) else { return }
        try? FolderNote(name: "wanted", folder: folder, identity: identity, state: state).write(Clock.now)
    }

    /// Whether someone has waited for it in the last seconds.
    public var isWanted: Bool {
        guard let time = note("wanted").read(Double.self) else { return false }
        return abs(Clock.now - time) < WorkspaceLock.wishLife
    }

    /// Who has it, for people: `ann@laptop (build)`; nil where nobody says so.
    public static func holder(folder: String, state: String) -> String? {
        let note = FolderIdentity(path: folder).flatMap { FolderNote(name: "holder", folder: folder, identity: $0, state: state).read(WorkspaceHolder.self) }
        return note.flatMap { $0.isOver ? nil : "\($0.user) (\($0.work))" }
    }

    /// When somebody last had it to change the folder or run something there, in seconds since 1970; 0 where that is not known.
    static func lastUse(of folder: String, state: String) -> Double {
        FolderIdentity(path: folder).flatMap { FolderNote(name: "holder", folder: folder, identity: $0, state: state).read(WorkspaceHolder.self)?.since } ?? 0
    }

    /// What to tell someone who cannot have the lock.
    public static func refusal(folder: String, state: String) -> FleetError {
        let holder = FolderIdentity(path: folder).flatMap { FolderNote(name: "holder", folder: folder, identity: $0, state: state).read(WorkspaceHolder.self) }
        guard let holder, !holder.isOver else {
            return FleetError(.locked, "cannot use \(folder): another client is changing it; try again when that is done", isRetryable: true)
        }
        if let run = holder.run {
            let place = holder.state.map { " of the state folder \($0)" } ?? ""
            return FleetError(.alreadyRunning, "cannot change \(folder): run \(run)\(place) uses it",
                              remedy: .awaitRun(run: holder.state == nil || holder.state == state ? run : nil), isRetryable: true)
        }
        let seconds = max(0, Int(Clock.now - holder.since))
        let process = holder.process.split(separator: " ").dropFirst(2).first ?? "?"
        return FleetError(.locked, "cannot use \(folder): \(holder.user) has it since \(ClockText.utc(holder.since)) (for \(seconds) s, \(holder.work), process \(process)); "
            + "try again when that is done", isRetryable: true)
    }
}
