import Fleet
import Synchronization
public import TreeSync
import Wire

/// One question to the agent and what comes of it, bounded in number and bytes, each answer checked. The messages as they came
/// stay in here.
public final class AgentExchange: Sendable {
    private struct State {
        var meter: AnswerMeter
        /// The run that answers are to be about; known from the first where the question names none.
        var run: String?
    }

    private let exchange: Exchange
    private let state: Mutex<State>
    /// Whether all answers are about one run.
    private let isOfOneRun: Bool

    init(_ exchange: Exchange, _ request: AgentRequest, _ meter: AnswerMeter) {
        self.exchange = exchange
        isOfOneRun = request.run != nil
        state = Mutex(State(meter: meter, run: request.run?.name))
    }

    /// The next answer; `nil` when the agent has said all.
    /// - Throws: `WireFault` `malformed` beyond the limit, or for an answer that is none, or about another run.
    public func next<Answer: HostAnswer>(_ type: Answer.Type = Answer.self) async throws -> Answer? {
        guard let bytes = try await message() else { return nil }
        let answer = try WireCodec.decode(Untrusted<Answer>.self, from: bytes).checked()
        try check(answer)
        return answer
    }

    /// The next piece of a log; `nil` at its end.
    public func nextText() async throws -> UntrustedText? { try await message().map { UntrustedText($0) } }

    /// The next message of a build; `nil` when there are no more.
    public func nextOfBuild() async throws -> PrepareMessage? { try await message().map { try PrepareMessage(bytes: $0) } }

    private func message() async throws -> [UInt8]? {
        guard let bytes = try await exchange.receive() else { return nil }
        try state.withLock { try $0.meter.take(bytes.count) }
        return bytes
    }

    private func check(_ answer: some HostAnswer) throws {
        guard isOfOneRun, let run = answer.answeredRun else { return }
        let expected = state.withLock { state in
            if state.run == nil { state.run = run }
            return state.run
        }
        guard let expected, expected != run else { return }
        throw WireFault(.malformed, "the host answered for the run '\(run)' when it was asked for \(Bounds.name(expected)); nothing was done with the answer")
    }

    // MARK: syncs

    /// Sends a tree that is being read already.
    /// - Throws: `SyncError` of either side; `WireFault` where the agent refuses the tree.
    public func send(_ source: PreparedSource, options: SyncOptions, lanes: BulkLanes?, events: @escaping SyncEventHandler) async throws -> SyncReport {
        let report = try await TreeSender.run(source, options: options, lanes: lanes, over: exchange) { event in
            if case .problem(let problem) = event { events(.problem(problem.bounded())) } else { events(event) }
        }
        return report.bounded()
    }

    /// Receives a tree into `folder`.
    /// - Throws: as ``send(_:options:lanes:events:)``.
    public func receive(into folder: String, policy: ReceiverPolicy, options: SyncOptions, owned: (any OwnedPaths)?) async throws -> SyncReport {
        try await TreeReceiver.run(root: folder, policy: policy, options: options, owned: owned, over: exchange).bounded()
    }
}

extension SyncProblem {
    func bounded() -> SyncProblem { SyncProblem(kind: kind, path: path, reason: Bounds.message(reason)) }
}

extension SyncReport {
    func bounded() -> SyncReport {
        var copy = self
        copy.problems = problems.map { $0.bounded() }
        copy.notes = notes.map { $0.bounded() }
        copy.treeDigest = Bounds.name(treeDigest)
        return copy
    }
}
