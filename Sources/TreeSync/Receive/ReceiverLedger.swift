/// What a receiver keeps count of, for all its threads: files asked for, changes made, problems met.
final class ReceiverLedger: Sendable {
    struct Wanted: Sendable {
        var file: PendingFile
        /// What the receiver has, where contents are compared first.
        var local: Attributes?
    }

    private struct State {
        var report = SyncReport()
        var wanted: [Int: Wanted] = [:]
        /// Large files of which pieces have come, but not the last.
        var begun = 0
        var openComparisons = 0
        var isPlanned = false
        var changes: [SyncChange] = []
        var changeBytes = 0
        var received: UInt64 = 0
    }

    private let monitor = Monitor(State())
    private let events: EventSink
    private let byteLimit: UInt64
    /// Sends changes to the other side's user; `nil` where they are this side's.
    private let forward: (@Sendable ([SyncChange]) throws -> Void)?
    private let reportsChanges: Bool

    init(events: EventSink, byteLimit: UInt64, reportsChanges: Bool, forward: (@Sendable ([SyncChange]) throws -> Void)?) {
        self.events = events
        self.byteLimit = byteLimit
        self.reportsChanges = reportsChanges
        self.forward = forward
    }

    var report: SyncReport { monitor.withLock { $0.report } }

    /// Whether all that was asked for has been answered.
    var isSettled: Bool { monitor.withLock { $0.wanted.isEmpty && $0.begun == 0 } }

    func want(_ wanted: Wanted) {
        monitor.withLock { $0.wanted[wanted.file.id] = wanted }
        guard wanted.local == nil else { return }
        events.progress {
            $0.filesToMove += 1
            $0.bytesToMove &+= wanted.file.size
        }
    }

    /// The file with this number, which the sender may answer once.
    func take(_ id: Int) throws -> Wanted {
        guard let wanted = monitor.withLock({ $0.wanted.removeValue(forKey: id) }) else {
            throw SyncError.violation("a file that was not asked for")
        }
        return wanted
    }

    /// The same for a file that comes in pieces; ``end()`` follows its last.
    func begin(_ id: Int) throws -> Wanted {
        let wanted = try take(id)
        moves(wanted)
        monitor.withLock { $0.begun += 1 }
        return wanted
    }

    func end() { monitor.withLock { $0.begun -= 1 } }

    /// A file that was only to be compared moves after all.
    func moves(_ wanted: Wanted) {
        guard wanted.local != nil else { return }
        events.progress {
            $0.filesToMove += 1
            $0.bytesToMove &+= wanted.file.size
        }
    }

    /// Notes content that came; beyond the policy's limit the sync ends.
    func receive(_ count: Int, filesDone: Int) throws {
        let isOver = monitor.withLock { state in
            state.received &+= UInt64(count)
            state.report.bytesLiteral = state.received
            return state.received > byteLimit
        }
        if isOver { throw SyncError(.limit, "cannot take the tree: more than \(byteLimit) bytes came; raise the limit or leave some out") }
        events.progress {
            $0.bytesMoved &+= UInt64(count)
            $0.filesMoved += filesDone
        }
    }

    func changed(_ change: SyncChange) throws {
        let full = monitor.withLock { state -> [SyncChange] in
            if !change.path.bytes.isEmpty { state.report.add(change) }
            guard reportsChanges, forward != nil else { return [] }
            state.changes.append(change)
            state.changeBytes += change.path.bytes.count + (change.target?.bytes.count ?? 0)
            guard state.changes.count >= 512 || state.changeBytes >= 1 << 20 else { return [] }
            defer { (state.changes, state.changeBytes) = ([], 0) }
            return state.changes
        }
        if let forward {
            if !full.isEmpty { try forward(full) }
        } else if reportsChanges {
            events.send(.change(change))
        }
    }

    /// Sends the changes that still wait.
    func flushChanges() throws {
        let rest = monitor.withLock { state in
            defer { state.changes = [] }
            return state.changes
        }
        if let forward, !rest.isEmpty { try forward(rest) }
    }

    func unchanged(_ kind: EntryKind) { monitor.withLock { $0.report.unchanged.add(kind) } }

    func problem(_ problem: SyncProblem) {
        monitor.withLock { $0.report.add(problem) }
        events.send(.problem(problem))
    }

    func edit(_ change: (inout SyncReport) -> Void) { monitor.withLock { change(&$0.report) } }

    /// Counts comparisons; true once the plan is complete and none is open: nothing more will be asked for then.
    func comparisons(_ change: Int, planned: Bool = false) -> Bool {
        monitor.withLock { state in
            state.openComparisons += change
            if planned { state.isPlanned = true }
            return state.isPlanned && state.openComparisons == 0
        }
    }
}
