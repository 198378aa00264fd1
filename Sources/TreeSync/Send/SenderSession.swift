import Platform

/// One sync as its sender sees it: one thread walks the tree and sends the manifest, this one takes requests in, and
/// a few read files.
final class SenderSession: Sendable {
    private struct State {
        var openGroups = 0
        var requestsEnded = false
        var summary = SenderSummary()
    }

    private let source: @Sendable () throws -> PreparedSource
    private let options: SyncOptions?
    private let bridge: ChannelBridge
    private let events: EventSink
    private let table = SourceTable()
    private let monitor = Monitor(State())

    /// The small files that one thread takes at once: a share of what there is, so that all have something to do.
    private func groupBytes(of total: UInt64) -> UInt64 {
        min(max(total / UInt64(ParallelWork.defaultThreads), 512 << 10), UInt64(bridge.outbox.mostPacked))
    }

    private static let groupFiles = 2048

    init(source: @escaping @Sendable () throws -> PreparedSource, options: SyncOptions?, bridge: ChannelBridge, events: EventSink) {
        self.source = source
        self.options = options
        self.bridge = bridge
        self.events = events
    }

    func run() throws -> SyncReport {
        let outbox = bridge.outbox
        let source = try source()
        let handle = source.handle, texts = source.texts, scope = source.scope, scanner = source.scanner
        defer { scanner.stop() }
        try outbox.put(JSONPart.encode(.hello, Greeting(options: options)))
        for message in texts.messages() { try outbox.put(message) }
        // Who starts a sync need not wait for the other's greeting.
        let agreed = if let options { options } else { try greeted() }
        if agreed.isFar { outbox.expectSlowLink() }

        let reader = SourceReader(root: handle, outbox: outbox, compression: agreed.compression, events: events)
        let pool = WorkerPool<SourceReader.ThreadState>(threads: ParallelWork.defaultThreads, costLimit: .max,
                                                    makeContext: { reader.makeContext() }, onFailure: { [self] in fail($0) })
        defer { pool.stop() }
        let walk = ManifestSender(scanner: scanner, root: handle, scope: scope, table: table, outbox: outbox, events: events,
                                  compresses: agreed.compression != .never, knowledge: source.knowledge) { [self] in note($0) }
        let isDone = Monitor(false)
        do throws(SystemThread.Failure) {
            try SystemThread.start { [self] in
                do { try walk.run() } catch { fail(error) }
                isDone.withLock { $0 = true }
            }
        } catch {
            throw SyncError(.resources, "cannot start a thread to send the listing: \(error.text); try again", canRetry: true)
        }
        defer {
            scanner.stop()
            isDone.wait { $0 ? () : nil }
        }
        do {
            return try converse(greeted: options == nil, pool, reader)
        } catch {
            // The walk may wait for room that nobody will make.
            outbox.finish(dropping: Abort(error).encoded())
            throw error
        }
    }

    private func fail(_ error: any Error) {
        // What the receiver has said before it went tells more than that it is gone.
        bridge.inbox.fail(error, atOnce: (error as? SyncError)?.code != .disconnected)
    }

    private func greeted() throws -> SyncOptions {
        guard let message = try bridge.inbox.receive() else { throw SyncError.disconnected }
        let kind = try MessageKind.of(message)
        if kind == .abort { throw try JSONPart.decode(Abort.self, message).error }
        guard kind == .hello else { throw SyncError.violation("something before its greeting") }
        return try Greeting.agreed(options, try JSONPart.decode(Greeting.self, message).checked().options)
    }

    /// Takes messages in until the channel's end.
    private func converse(greeted isGreeted: Bool, _ pool: WorkerPool<SourceReader.ThreadState>, _ reader: SourceReader) throws -> SyncReport {
        if !isGreeted { _ = try greeted() }
        var report: SyncReport?
        var problemsTold = 0
        while let message = try bridge.inbox.receive() {
            switch try MessageKind.of(message) {
            case .requests:
                try handOut(FileRequest.decode(message), pool, reader)
            case .missing:
                guard let work = try reader.note(missing: message) else { continue }
                try submit(pool) { [self] context in try work(context) { try submit(pool, isUrgent: true, $0) } }
            case .requestsEnd:
                guard reader.isSettled else { throw SyncError.violation("the end of its requests too early") }
                try endIfDone { $0.requestsEnded = true }
            case .changes:
                for change in try ChangeCodec.decode(message) { events.send(.change(change)) }
            case .problem:
                let problem = try JSONPart.decode(SyncProblem.self, message)
                problemsTold += 1
                guard problemsTold <= SyncProblem.eventLimit else { throw SyncError.violation("more problems than it may tell of") }
                events.send(.problem(problem))
            case .result:
                report = try JSONPart.decode(SyncReport.self, message).checked()
            case .abort:
                throw try JSONPart.decode(Abort.self, message).error
            default:
                throw SyncError.violation("a message that only a sender sends")
            }
        }
        guard let report else { throw SyncError.disconnected }
        events.progress(isLast: true) { _ in }
        return report
    }

    /// Makes jobs of requests: a run of small files each, or one large file.
    private func handOut(_ requests: [FileRequest], _ pool: WorkerPool<SourceReader.ThreadState>, _ reader: SourceReader) throws {
        var group: [SourceRequest] = []
        var bytes: UInt64 = 0
        var total: UInt64 = 0
        func submit() throws {
            guard !group.isEmpty else { return }
            let batch = group
            (group, bytes) = ([], 0)
            try self.submit(pool) { [self] context in
                try reader.send(batch, with: context) { try self.submit(pool, isUrgent: true, $0) }
            }
        }
        let items = try requests.map { SourceRequest(id: $0.id, kind: $0.kind, source: try table.claim($0.id)) }
        for item in items { total &+= item.source.entry.size }
        bridge.outbox.expect(total)
        let most = groupBytes(of: total)
        for item in items {
            let source = item.source
            if source.entry.size > SourceReader.smallFile {
                try submit()
                group = [item]
                try submit()
            } else {
                group.append(item)
                bytes += source.entry.size
                if bytes >= most || group.count >= Self.groupFiles { try submit() }
            }
        }
        try submit()
        let count = requests.count
        events.progress {
            $0.filesToMove += count
            $0.bytesToMove &+= total
        }
    }

    /// - Parameter isUrgent: whether it is a part of a file that is open: those go first, so that few files are.
    private func submit(_ pool: WorkerPool<SourceReader.ThreadState>, isUrgent: Bool = false, _ job: @escaping WorkerPool<SourceReader.ThreadState>.Job) throws {
        monitor.withLock { $0.openGroups += 1 }
        try pool.submit(cost: 0, isUrgent: isUrgent) { [self] context in
            try job(context)
            try endIfDone { $0.openGroups -= 1 }
        }
    }

    /// After the last request is answered, says so.
    private func endIfDone(_ change: (inout State) -> Void) throws {
        let summary = monitor.withLock { state -> SenderSummary? in
            change(&state)
            return state.requestsEnded && state.openGroups == 0 ? state.summary : nil
        }
        guard var summary else { return }
        summary.lanes = bridge.outbox.closeLanes()
        bridge.outbox.finish(last: try JSONPart.encode(.dataEnd, fitting: summary))
    }

    private func note(_ problem: SyncProblem) {
        monitor.withLock { $0.summary.add(problem) }
        events.send(.problem(problem))
    }
}
