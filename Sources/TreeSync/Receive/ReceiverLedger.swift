/// What a receiver keeps count of, for all its threads: files asked for, changes made, problems met.
final class ReceiverLedger: Sendable {
    private struct State {
        var report = SyncReport()
        var wanted: [Int: RequestedFile] = [:]
        /// Large files of which pieces have come, but not the last.
        var begun = 0
        var openComparisons = 0
        var isPlanned = false
        var order = ChangeOrder()
        var problemsForwarded = 0
        var received: UInt64 = 0
    }

    /// Changes that can be told and wait for a message of their own.
    private struct Telling {
        var changes: [SyncChange] = []
        var bytes = 0
    }

    private let monitor = Monitor(State())
    /// Taken before the other, so that changes are told in their order.
    private let telling = Monitor(Telling())
    private let events: EventSink
    private let byteLimit: UInt64
    /// Sends messages to the other side's user; `nil` where the user is this side's.
    private let forward: (@Sendable ([UInt8]) throws -> Void)?
    private let reportsChanges: Bool
    /// Files with several names.
    let hardLinkGroups = HardLinkGroups()

    init(events: EventSink, byteLimit: UInt64, reportsChanges: Bool, forward: (@Sendable ([UInt8]) throws -> Void)?) {
        self.events = events
        self.byteLimit = byteLimit
        self.reportsChanges = reportsChanges
        self.forward = forward
    }

    var report: SyncReport { monitor.withLock { $0.report } }

    /// Whether all that was asked for has been answered.
    var isSettled: Bool { monitor.withLock { $0.wanted.isEmpty && $0.begun == 0 } }

    /// What the disk is still to take in, but for files of which something has come, and less what those have there now that are replaced.
    var outstandingBytes: UInt64 {
        monitor.withLock { state in
            state.wanted.values.reduce(0) { sum, wanted in
                let size = wanted.local == nil ? wanted.file.size : 0
                return sum &+ (size - min(size, wanted.file.oldSize ?? 0))
            }
        }
    }

    func want(_ wanted: RequestedFile) {
        monitor.withLock { $0.wanted[wanted.file.id] = wanted }
        guard wanted.local == nil else { return }
        events.progress {
            $0.filesToMove += 1
            $0.bytesToMove &+= wanted.file.size
        }
    }

    /// The file with this number, which the sender may answer once.
    func claim(_ id: Int) throws -> RequestedFile {
        guard let wanted = monitor.withLock({ $0.wanted.removeValue(forKey: id) }) else {
            throw SyncError.violation("a file that was not asked for")
        }
        return wanted
    }

    /// The same for a file that comes in pieces; ``end()`` follows its last.
    func begin(_ id: Int) throws -> RequestedFile {
        let wanted = try claim(id)
        moves(wanted)
        monitor.withLock { $0.begun += 1 }
        return wanted
    }

    func end() { monitor.withLock { $0.begun -= 1 } }

    /// A file that was only to be compared moves after all.
    func moves(_ wanted: RequestedFile) {
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

    /// Counts content that a dry run leaves where it is.
    func wouldMove(_ file: PendingFile) { monitor.withLock { $0.report.bytesLiteral &+= file.size } }

    // MARK: Changes and problems

    /// A place in the order in which changes are told, for what is planned now.
    func ticket() -> Int { reportsChanges ? monitor.withLock { $0.order.reserve() } : 0 }

    /// Counts a change; it is told when all that was planned before it is.
    /// - Parameter ticket: of what it belongs to, which ``close(_:)`` ends; `nil` for a change of its own.
    func changed(_ change: SyncChange, _ ticket: Int? = nil) throws {
        monitor.withLock { state in
            if !change.path.bytes.isEmpty { state.report.add(change) }
            guard reportsChanges else { return }
            let place = ticket ?? state.order.reserve()
            state.order.add(change, at: place)
            if ticket == nil { state.order.close(place) }
        }
        if ticket == nil { try tell() }
    }

    /// No more changes come of what has this ticket.
    func close(_ ticket: Int) throws {
        guard reportsChanges else { return }
        monitor.withLock { $0.order.close(ticket) }
        try tell()
    }

    private func tell(all: Bool = false) throws {
        guard reportsChanges else { return }
        try telling.withLock { telling throws in
            let ready = monitor.withLock { all ? $0.order.rest() : $0.order.ready() }
            guard let forward else { return ready.forEach { events.send(.change($0)) } }
            for change in ready {
                telling.changes.append(change)
                telling.bytes += change.path.bytes.count + (change.target?.bytes.count ?? 0)
                guard telling.changes.count >= 512 || telling.bytes >= 1 << 20 else { continue }
                try forward(ChangeCodec.encode(telling.changes))
                telling = Telling()
            }
            guard all, !telling.changes.isEmpty else { return }
            try forward(ChangeCodec.encode(telling.changes))
            telling = Telling()
        }
    }

    /// Tells of the changes that still wait.
    func flushChanges() throws { try tell(all: true) }

    func unchanged(_ kind: EntryKind) { monitor.withLock { $0.report.unchanged.add(kind) } }

    /// - Parameter isKnown: whether the sender, which found it, has told its user already.
    func problem(_ problem: SyncProblem, isKnown: Bool = false) {
        let isForwarded = monitor.withLock { state in
            state.report.add(problem)
            guard forward != nil, !isKnown, state.problemsForwarded < SyncProblem.eventLimit else { return false }
            state.problemsForwarded += 1
            return true
        }
        events.send(.problem(problem))
        // What ends the conversation is told elsewhere.
        if isForwarded, let message = try? JSONPart.encode(.problem, problem) { try? forward?(message) }
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
