import CFleet
import Glibc
import Platform
import Synchronization

/// Who waits for a workspace, in the order in which they came, among those with one state folder.
///
/// A place is a file that its process has locked: it goes with the process, whatever ends it, and is then removed by anyone who looks.
public struct WorkspaceQueue: Sendable {
    /// The real path of the workspace.
    public let workspace: String
    private let folder: Path

    /// - Parameter workspace: real path; it need not be there.
    public init(workspace: String, state: String) {
        self.workspace = workspace
        folder = Path(state).absolute / "queue" / PathAsName.of(workspace)
    }

    struct Place: Codable {
        var workspace: String
        var user: String
        var since: Double
        var isDetached: Bool
        /// ``ProcessMark`` of the process that holds the place.
        var process: String
    }

    /// Takes the last place.
    /// - Throws: ``FleetError`` `system`.
    public func join(user: String) throws(FleetError) -> QueueTicket {
        try folder.makeFolders()
        // One at a time, so that the names are in the order of arrival.
        let order = try File(folder / ".order", O_RDWR | O_CREAT)
        try order.lock()
        // For whoever looks through all queues.
        try order.write(Array(workspace.utf8), at: 0)
        sweep()
        var id = RunDirectory.newID()
        if let last = names().last, id <= last { id = last + "a" }
        let hidden = folder / ".\(id)"
        let file = try File(hidden, O_RDWR | O_CREAT | O_EXCL)
        // Locked before anybody can see it: one that is not locked has no owner any more.
        guard try file.tryLock() else { throw .system("wait for \(workspace)") }
        try file.write(JSON.encode(Place(workspace: workspace, user: user, since: Clock.now, isDetached: false, process: ProcessMark.own)))
        try hidden.rename(to: folder / id)
        return QueueTicket(id: id, queue: self, file: file)
    }

    private func names() -> [String] {
        ((try? folder.names()) ?? []).map { String(decoding: $0, as: UTF8.self) }.filter { RunSpec.isValid(id: $0) }.sorted()
    }

    private func isHeld(_ id: String) -> Bool {
        guard let file = File(ifPossible: folder / id, O_RDONLY) else { return false }
        return (try? file.isLockedElsewhere()) ?? true
    }

    /// The names of those who wait, the first one first.
    public var waiting: [String] { names().filter(isHeld) }

    /// Those who wait, for people.
    public var places: [WaitingRun] {
        waiting.compactMap { id in
            guard let place: Place = read(folder / id) else { return nil }
            return WaitingRun(id: id, startedBy: place.user, since: place.since, isDetached: place.isDetached)
        }
    }

    private func read<Value: Decodable>(_ path: Path) -> Value? {
        guard let bytes = try? path.contents(limit: 1 << 20) else { return nil }
        return try? JSON.decode(Value.self, bytes, path)
    }

    /// Removes the places of processes that are gone, and what they have brought.
    public func sweep() {
        for id in names() where !isHeld(id) {
            Path(staging(of: id)).removeTree()
            (folder / id).unlink()
        }
        for name in (try? folder.names()) ?? [] where name.starts(with: Self.failurePrefix.utf8) {
            let path = folder / name
            if let failed: WaitingRun = read(path), Clock.now - failed.since > Self.failureLife { path.unlink() }
        }
    }

    // MARK: those that wait on the host

    /// Where the sources of one that waits by itself are put: beside the workspace, so that they can change places.
    public func staging(of id: String) -> String { workspace + ".waiting-" + id }

    /// Whether a folder beside the workspace can take its place: not where the workspace is a file system of its own.
    public var canChangePlaces: Bool {
        guard let own = Path(workspace).status() else { return true }
        guard let above = Path(workspace).parent.status() else { return false }
        return own.st_dev == above.st_dev
    }

    /// Puts what has waited into the place of the workspace, whose former content is removed. Whoever calls this holds the locks of both.
    /// - Throws: ``FleetError`` `system`.
    public func putInPlace(_ id: String) throws(FleetError) {
        let staged = Path(staging(of: id)), place = Path(workspace)
        guard place.exists else { return try staged.rename(to: place) }
        // In one step, so that nobody ever sees the workspace missing.
        if staged.withCString({ from in place.withCString { cfleet_exchange(from, $0) } }) != 0 {
            guard errno == EINVAL || errno == ENOSYS else { throw .system("put \(staged.text) into the place of \(workspace)") }
            let former = Path(workspace + ".former-" + id)
            try place.rename(to: former)
            try staged.rename(to: place)
            former.removeTree()
        }
        staged.removeTree()
    }

    /// How long it is known why one could not be started, in seconds.
    private static let failureLife = 86400.0
    private static let failurePrefix = ".failed-"

    /// Keeps why one that waited by itself could not be started.
    public func note(failure: String, of ticket: QueueTicket) {
        guard let place: Place = read(folder / ticket.id) else { return }
        let failed = WaitingRun(id: ticket.id, startedBy: place.user, since: Clock.now, isDetached: true, failure: failure)
        if let bytes = try? JSON.encode(failed) { try? (folder / (Self.failurePrefix + ticket.id)).replace(with: bytes) }
    }

    /// Those that waited by themselves and could not be started in the last day.
    public var failures: [WaitingRun] {
        ((try? folder.names()) ?? []).filter { $0.starts(with: Self.failurePrefix.utf8) }.compactMap { read(folder / $0) }.sorted { $0.id < $1.id }
    }

    /// Ends the process that holds a place.
    /// - Returns: whether it was there.
    public func end(_ id: String) -> Bool {
        guard isHeld(id), let place: Place = read(folder / id), let pid = ProcessMark.pid(of: place.process) else { return false }
        return kill(pid, SIGTERM) == 0
    }

    // MARK: tickets

    fileprivate func leave(_ id: String) {
        // The place last: with it nobody would look for the sources any more.
        Path(staging(of: id)).removeTree()
        (folder / id).unlink()
    }

    fileprivate func detach(_ id: String, to pid: Int32) {
        guard var place: Place = read(folder / id) else { return }
        (place.isDetached, place.process) = (true, ProcessIdentity.mark(pid: pid))
        // In its place: another file would not be locked.
        guard let bytes = try? JSON.encode(place), let file = File(ifPossible: folder / id, O_RDWR) else { return }
        try? file.write(bytes)
        try? file.truncate(to: bytes.count)
    }

    /// The queues of a state folder in which somebody waits, or waited.
    public static func all(state: String) -> [WorkspaceQueue] {
        let folder = Path(state).absolute / "queue"
        return ((try? folder.names()) ?? []).compactMap { name in
            guard let bytes = try? (folder / name / ".order").contents(limit: 1 << 16), !bytes.isEmpty else { return nil }
            return WorkspaceQueue(workspace: String(decoding: bytes, as: UTF8.self), state: state)
        }
    }
}

/// A place in a ``WorkspaceQueue``. It is given up with the last reference.
public final class QueueTicket: Sendable {
    /// The name that the run will have.
    public let id: String
    /// The queue that it is in.
    public let queue: WorkspaceQueue
    /// Nil where the process was given the place by another one.
    private let file: File?
    /// Whether another process has the place now.
    private let isHanded = Atomic<Bool>(false)

    fileprivate init(id: String, queue: WorkspaceQueue, file: File?) {
        self.id = id
        self.queue = queue
        self.file = file
    }

    /// A place that this process was given, as a descriptor that stays open as long as it lives.
    public convenience init(inherited id: String, queue: WorkspaceQueue) { self.init(id: id, queue: queue, file: nil) }

    deinit {
        if !isHanded.load(ordering: .relaxed) { queue.leave(id) }
    }

    /// The descriptor that holds the place, for a process that is about to get it.
    public var descriptor: Int32? { file?.descriptor }

    /// Leaves the place to a process that has the descriptor.
    public func hand(to pid: Int32) {
        isHanded.store(true, ordering: .relaxed)
        queue.detach(id, to: pid)
        file?.leaveLocks()
    }
}
