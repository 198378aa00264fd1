public import AgentProtocol
public import Fleet
import Platform
public import TreeSync
import Wire

/// What a host can be asked, once connected. Each call is an exchange; several may run at once. What is returned is checked and
/// safe to show.
///
/// Every call throws ``RemoteError`` or `CancellationError`.
public struct AgentClient: Sendable {
    let conversation: AgentConversation
    /// Opens one more connection to the host, joined to the sync that waits for the token; `nil` where one is enough.
    var openLane: (@Sendable (_ token: String, _ body: @escaping @Sendable (AgentConversation) async throws -> Void) async throws -> Void)?

    /// How long an answer takes at least.
    var roundTrip = Duration.zero
    /// Above this, a host is not in the same building.
    private static let far = Duration.milliseconds(4)

    /// Is told what is waited for on this machine.
    var waiting: WaitingHandler?

    init(conversation: AgentConversation, waiting: WaitingHandler? = nil) {
        self.conversation = conversation
        self.waiting = waiting
    }

    /// The host's own name for itself.
    public var hostName: String { conversation.hostName }

    /// Waits until the connection is lost, or the task is cancelled: for work that does not always ask something.
    func end() async throws { try await RemoteError.translating { try await conversation.end() } }

    // MARK: sources

    /// Connections of one sync besides the first: one encrypts about 370 MB/s, and three keep four cores busy.
    private static let furtherLanes = 2

    /// Brings a tree into a workspace on the host.
    /// - Parameters:
    ///   - source: is being read already.
    ///   - request: which workspace, and whose tree it is.
    ///   - options: what is compared, deleted and told.
    ///   - events: called from other threads, one call at a time; it must return soon.
    public func sync(source: PreparedSource, to request: WorkspaceRequest, options: SyncOptions,
                     events: @escaping SyncEventHandler) async throws -> SyncReport {
        var options = options
        // On this machine itself, packing only costs time.
        if openLane == nil { options.compression = .never }
        options.isFar = roundTrip > Self.far
        let token = openLane == nil ? nil : Self.randomToken()
        var lanes: BulkLanes?
        if let openLane, let token {
            lanes = BulkLanes(count: Self.furtherLanes) { body in
                try await openLane(token) { try await body($0.lane()) }
            }
        }
        return try await RemoteError.translating { [lanes, options] in
            try await conversation.openBothWays(.sync(request, laneToken: token), of: "the sync") {
                try await $0.send(source, options: options, lanes: lanes, events: events)
            }
        }
    }

    /// 128 bits, as hexadecimal digits.
    private static func randomToken() -> String { Hex.encode(UInt64.random(in: .min ... .max)) + Hex.encode(UInt64.random(in: .min ... .max)) }

    /// - Throws: where the tree must not have the workspace.
    func claim(_ request: WorkspaceRequest) async throws { try await RemoteError.translating { try await conversation.tell(.claim(request)) } }

    /// The tree that a workspace belongs to.
    func mark(of workspace: String) async throws -> TreeOrigin? {
        try await RemoteError.translating { try await conversation.askIfKnown(.mark(workspace: workspace)) }
    }

    /// Makes a workspace that is not there as a copy of another one, what was built there included.
    /// - Returns: whether it did: not where the first is there, or the other is not or is in use.
    func copyWorkspace(_ request: WorkspaceRequest, from base: WorkspaceRequest) async throws -> Bool { try await ask(.copyWorkspace(request, from: base)) }

    /// Makes a workspace that is not there as a copy of the one on the host that is most like the source.
    /// - Returns: the tree of that one; nil where nothing was copied.
    func copyNearest(_ request: WorkspaceRequest) async throws -> TreeOrigin? {
        try await RemoteError.translating { try await conversation.askIfKnown(.copyNearest(request)) }
    }

    /// The workspaces in a folder of the host.
    func treeWorkspaces(in folder: String) async throws -> [TreeWorkspace] {
        var found: [TreeWorkspace] = []
        try await each(.treeWorkspaces(folder: folder), within: AnswerLimit(items: 100_000, bytes: 64 << 20), of: "its workspaces") { found.append($0) }
        return found
    }

    /// Removes a workspace of this tree, or says what that would be; one of another tree stays.
    /// - Returns: nil where there is none of this tree.
    @discardableResult
    func removeWorkspace(_ request: WorkspaceRequest) async throws -> UnneededItem? {
        try await RemoteError.translating { try await conversation.askIfKnown(.removeWorkspace(request)) }
    }

    /// Takes a place in the queue for a workspace, and returns when it is this one's turn.
    /// - Parameters:
    ///   - waits: whether to wait; if not, the place is kept all the same.
    ///   - progress: gets where this one stands.
    func queue(_ request: WorkspaceRequest, by user: String, waits: Bool, progress: (QueuePlace) -> Void) async throws -> QueuePlace {
        var last: QueuePlace?
        try await each(.queue(request, by: user, waits: waits), within: .stream, of: "the queue") { (place: QueuePlace) in
            last = place
            progress(place)
        }
        guard let last else { throw RemoteError(.host, "the agent said nothing of the queue") }
        return last
    }

    /// Makes a folder beside the workspace for sources that wait there.
    func stage(_ request: WorkspaceRequest) async throws -> QueuePlace { try await ask(.stage(request)) }

    /// Leaves the run to the host, which starts it in its turn.
    func leave(_ start: WaitingStart) async throws -> QueuePlace { try await ask(.leaveWaiting(start)) }

    /// Leaves word on the host of what a sync has brought there.
    public func note(_ stamp: SourceStamp) async throws { let _: Bool = try await ask(.noteSource(stamp)) }

    /// Runs a build command on the host.
    /// - Parameters:
    ///   - request: the command, where and for how long.
    ///   - output: gets what it prints, as it comes.
    /// - Returns: how it ended, which may be by an exit code other than 0.
    public func prepare(_ request: PrepareRequest, output: @Sendable (UntrustedText) -> Void) async throws -> PrepareEnd {
        try await RemoteError.translating {
            try await conversation.openBothWays(.prepare(request), of: "the build", waiting: false) { exchange in
                while let message = try await exchange.nextOfBuild() {
                    switch message {
                    case .output(let text): output(text)
                    case .ended(let end): return end
                    }
                }
                throw RemoteError(.host, "the agent did not say how the build ended")
            }
        }
    }

    /// Takes a closer look at a file on the host.
    /// - Parameter body: gets each answer.
    public func diagnose(_ request: DiagnosisRequest, _ body: (DiagnosisAnswer) async throws -> Void) async throws {
        try await RemoteError.translating {
            try await conversation.openBothWays(.diagnose(request), of: "the closer look", waiting: false) { exchange in
                while let answer: DiagnosisAnswer = try await exchange.next() { try await body(answer) }
            }
        }
    }

    // MARK: runs

    /// What the engine of the run that is started or resumed next on this connection is given.
    public func give(_ secrets: EngineSecrets) async throws { try await RemoteError.translating { try await conversation.tell(.secrets(secrets)) } }

    /// Which files a run would have, in the order of their claims, and what the host is.
    func survey(_ request: StartRequest) async throws -> [SuiteSurvey] {
        var parts: [SuiteSurvey] = []
        try await each(.survey(request), within: AnswerLimit(items: 10_000, bytes: 1 << 28), of: "the list of test files") { parts.append($0) }
        return parts
    }

    /// Says which files the next run on this connection takes.
    func share(_ keys: [UInt64]) async throws {
        for from in stride(from: 0, to: keys.count, by: 50_000) {
            try await RemoteError.translating { try await conversation.tell(.share(Array(keys[from..<min(from + 50_000, keys.count)]))) }
        }
    }

    /// Takes files that nobody has claimed so far out of a live run.
    /// - Returns: their keys.
    func giveBack(run: String, count: Int) async throws -> [UInt64] {
        var keys: [UInt64] = []
        try await each(.giveBack(run: .named(run), count: count), within: AnswerLimit(items: 100_000, bytes: 1 << 28), of: "files of the run") { (some: GivenBack) in keys += some.files }
        return keys
    }

    /// Makes a run and starts it.
    public func start(_ request: StartRequest) async throws -> RunStatus { try await ask(.start(request)) }
    /// Starts a run that was interrupted or stopped again.
    public func resume(_ request: ResumeRequest) async throws -> RunStatus { try await ask(.resume(request)) }
    /// The host, and the run that is meant if there is one.
    public func status(run: RunChoice) async throws -> HostReport { try await ask(.status(run: run)) }
    /// Changes the number of workers of the live run.
    public func workers(run: RunChoice, count: Int) async throws -> RunStatus { try await ask(.workers(run: run, count: count)) }
    /// Stops claims for a while, or lets them go on.
    public func pause(run: RunChoice, _ paused: Bool) async throws -> RunStatus { try await ask(.pause(run: run, paused: paused)) }
    /// What older runs left behind.
    /// - Parameter ends: whether to end it.
    public func doctor(ends: Bool) async throws -> DoctorReport { try await ask(.doctor(ends: ends)) }

    /// Every run, latest first.
    /// - Parameter limit: the most that are listed.
    public func runs(limit: Int) async throws -> [RunStatus] {
        var runs: [RunStatus] = []
        try await each(.runs(limit: limit), within: AnswerLimit(items: limit, bytes: 64 << 20), of: "the list of runs", remedy: .fewerRuns) { runs.append($0) }
        return runs
    }

    /// Removes runs that have ended, and that nobody reads.
    /// - Parameter isDryRun: only says what each takes.
    public func remove(runs: [String], isDryRun: Bool) async throws -> [RunRemoval] {
        var removals: [RunRemoval] = []
        var left = runs[...]
        // A message has an end.
        while !left.isEmpty {
            let some = Array(left.prefix(1000))
            try await each(.removeRuns(some, isDryRun: isDryRun), within: AnswerLimit(items: some.count, bytes: 8 << 20), of: "the removal of runs") { removals.append($0) }
            left = left.dropFirst(some.count)
        }
        return removals
    }

    /// Removes what nobody needs any more from the host's state folder; no sources and no results.
    /// - Parameters:
    ///   - agents: digests of workers that stay there.
    ///   - isDryRun: only says what that is.
    public func clean(keepingAgents agents: [String], isDryRun: Bool) async throws -> [UnneededItem] {
        var items: [UnneededItem] = []
        try await each(.clean(keepingAgents: agents, isDryRun: isDryRun), within: AnswerLimit(items: 100_000, bytes: 64 << 20), of: "what is not needed") { items.append($0) }
        return items
    }

    /// The runs of all projects that have not ended.
    public func liveRuns() async throws -> [RunStatus] {
        try await runs(limit: 1000).filter { $0.phase == .running || $0.phase == .stopping }
    }

    /// Ends a run and waits until it has ended.
    /// - Parameters:
    ///   - run: which one.
    ///   - now: without the few seconds that files in flight get otherwise.
    ///   - progress: gets where it stands, a few times a second.
    public func stop(run: RunChoice, now: Bool, progress: (RunStatus) -> Void = { _ in }) async throws -> RunStatus {
        var last: RunStatus?
        try await each(.stop(run: run, now: now), within: AnswerLimit(items: 1 << 20, bytes: 1 << 34), of: "the run's end") { (status: RunStatus) in
            last = status
            progress(status)
        }
        guard let last else { throw RemoteError(.host, "the agent said nothing of the run") }
        return last
    }

    /// Follows a run until it has ended.
    /// - Parameters:
    ///   - run: which one.
    ///   - offset: where its events are read from; 0 is the first. Each message has the one behind it.
    ///   - body: gets each message.
    public func follow(run: RunChoice, from offset: Int = 0, _ body: (FollowMessage) async throws -> Void) async throws {
        try await RemoteError.translating {
            try await conversation.open(.follow(run: run, from: offset), within: .stream, of: "the run") { exchange in
                while let message: FollowMessage = try await exchange.next() { try await body(message) }
            }
        }
    }

    /// A log, piece by piece.
    public func logs(_ request: LogRequest, output: (UntrustedText) -> Void) async throws {
        let limit: AnswerLimit = request.follow ? .stream : AnswerLimit(items: .max, bytes: request.tail)
        try await RemoteError.translating {
            try await conversation.open(.logs(request), within: limit, of: "the log", waiting: false) { exchange in
                while let text = try await exchange.nextText() { output(text) }
            }
        }
    }

    /// Brings a run directory home, into a folder of the run's name below `folder`.
    /// - Returns: where the run stood, the folder, and what moved.
    func fetch(run: RunChoice, into folder: String) async throws -> (status: RunStatus, files: FetchedFiles, report: SyncReport) {
        try await RemoteError.translating {
            try await conversation.openBothWays(.fetch(run: run), of: "the results") { exchange in
                guard let header: FetchHeader = try await exchange.next() else { throw RemoteError(.host, "the agent said nothing of the run") }
                let files = try await FetchedFiles.open(run: header.status.id, in: folder, waiting: waiting)
                var options = SyncOptions(force: true, compression: openLane == nil ? .never : .adaptive)
                options.isFar = roundTrip > Self.far
                // A run directory has no links, and one that a host makes here would lead whoever follows it.
                var policy = ReceiverPolicy.untrusted
                policy.allowsLinks = false
                let report = try await exchange.receive(into: files.folder, policy: policy, options: options, owned: files)
                return (header.status, files, report)
            }
        }
    }

    // MARK: exchanges

    private func ask<Answer: HostAnswer>(_ request: AgentRequest) async throws -> Answer {
        try await RemoteError.translating { try await conversation.ask(request) }
    }

    private func each<Answer: HostAnswer>(_ request: AgentRequest, within limit: AnswerLimit, of what: String, remedy: Remedy? = nil,
                                          _ body: (Answer) throws -> Void) async throws {
        try await RemoteError.translating {
            try await conversation.open(request, within: limit, of: what, remedy: remedy) { exchange in
                while let answer: Answer = try await exchange.next() { try body(answer) }
            }
        }
    }
}
