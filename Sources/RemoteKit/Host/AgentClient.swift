public import Fleet
import FoundationEssentials
public import TreeSync
import Wire

/// What a host can be asked, once connected. Each call is an exchange; several may run at once.
public struct AgentClient: Sendable {
    let conversation: Conversation
    /// Opens one more connection to the host, joined to the sync that waits for the token; `nil` where one is enough.
    var openLane: (@Sendable (_ token: String, _ body: @escaping @Sendable (Conversation) async throws -> Void) async throws -> Void)?

    /// How long an answer takes at least.
    var roundTrip = Duration.zero
    /// Above this, a host is not in the same building.
    private static let far = Duration.milliseconds(4)

    init(conversation: Conversation) { self.conversation = conversation }

    /// Connections of one sync besides the first: one encrypts about 370 MB/s, and three keep four cores busy.
    private static let furtherLanes = 2

    /// The host's own name for itself.
    public var hostName: String { conversation.peer.hostName }

    /// Brings a tree into `workspace` on the host.
    public func sync(source: PreparedSource, to workspace: String, options: SyncOptions,
                     events: @escaping SyncEventHandler) async throws -> TreeSync.SyncReport {
        var options = options
        // On this machine itself, packing only costs time.
        if openLane == nil { options.compression = .never }
        options.isFar = roundTrip > Self.far
        let token = openLane == nil ? nil : Self.randomToken()
        let exchange = try conversation.open(AgentRequest.sync(workspace: workspace, laneToken: token))
        var lanes: BulkLanes?
        if let openLane, let token {
            lanes = BulkLanes(count: Self.furtherLanes) { body in
                try await openLane(token) { try await body($0.open(AgentRequest.lane)) }
            }
        }
        let keeper = FaultKeeper(exchange)
        return try await keeper.run { [lanes, options] in
            try await TreeSender.run(source, options: options, lanes: lanes, over: keeper, events: events)
        }
    }

    /// 128 bits, as hexadecimal digits.
    private static func randomToken() -> String {
        (0..<4).map { _ in
            let digits = String(UInt32.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    /// Runs a build command on the host.
    /// - Parameter output: gets what it prints, as it comes.
    public func prepare(_ request: PrepareRequest, output: @Sendable ([UInt8]) -> Void) async throws -> PrepareEnd {
        let exchange = try conversation.open(AgentRequest.prepare(request))
        return try await guarding(exchange) {
            while let bytes = try await exchange.receive() {
                switch try PrepareMessage(bytes: bytes) {
                case .output(let bytes): output(bytes)
                case .ended(let end): return end
                }
            }
            throw WireFault(.malformed, "the agent did not say how the build ended")
        }
    }

    public func start(_ request: StartRequest) async throws -> RunStatus { try await ask(.start(request)) }
    public func resume(run: String?) async throws -> RunStatus { try await ask(.resume(run: run)) }
    public func status(run: String?) async throws -> HostReport { try await ask(.status(run: run)) }

    /// Changes the number of workers of the live run.
    public func workers(run: String?, count: Int) async throws -> RunStatus { try await ask(.workers(run: run, count: count)) }
    /// Stops claims for a while, or lets them go on.
    public func pause(run: String?, _ paused: Bool) async throws -> RunStatus { try await ask(.pause(run: run, paused: paused)) }
    /// What older runs left behind.
    /// - Parameter ends: whether to end it.
    public func doctor(ends: Bool) async throws -> DoctorReport { try await ask(.doctor(ends: ends)) }

    /// Every run, latest first.
    public func runs(limit: Int) async throws -> [RunStatus] {
        var runs: [RunStatus] = []
        try await each(.runs(limit: limit)) { runs.append($0) }
        return runs
    }

    /// Ends a run and waits until it has ended.
    /// - Parameter progress: gets where it stands, a few times a second.
    public func stop(run: String?, now: Bool, progress: (RunStatus) -> Void = { _ in }) async throws -> RunStatus {
        var last: RunStatus?
        try await each(.stop(run: run, now: now)) { (status: RunStatus) in
            last = status
            progress(status)
        }
        guard let last else { throw WireFault(.malformed, "the agent said nothing of the run") }
        return last
    }

    /// Follows a run until it has ended.
    public func follow(run: String?, from offset: Int = 0, _ body: (FollowMessage) async throws -> Void) async throws {
        let exchange = try conversation.open(AgentRequest.follow(run: run, from: offset))
        try await exchange.finishSending()
        try await guarding(exchange) {
            while let message = try await exchange.receive(FollowMessage.self) { try await body(message) }
        }
    }

    /// The bytes of a log.
    public func logs(_ request: LogRequest, output: ([UInt8]) -> Void) async throws {
        let exchange = try conversation.open(AgentRequest.logs(request))
        try await exchange.finishSending()
        try await guarding(exchange) {
            while let bytes = try await exchange.receive() { output(bytes) }
        }
    }

    /// Brings a run directory home, into a folder of the run's name below `folder`.
    /// - Returns: where the run stood, the folder, and what moved.
    public func fetch(run: String?, into folder: String) async throws -> (status: RunStatus, folder: String, report: TreeSync.SyncReport) {
        let exchange = try conversation.open(AgentRequest.fetch(run: run))
        return try await guarding(exchange) {
            guard let header = try await exchange.receive(FetchHeader.self) else {
                throw WireFault(.malformed, "the agent said nothing of the run")
            }
            let id = header.status.id
            guard RunName.isSafe(id) else { throw WireFault(.malformed, "the agent sent a run with an impossible name") }
            let target = "\(folder)/\(id)"
            let keeper = FaultKeeper(exchange)
            var options = SyncOptions(force: true, compression: openLane == nil ? .never : .adaptive)
            options.isFar = roundTrip > Self.far
            let report = try await keeper.run { [options] in
                try await TreeReceiver.run(root: target, policy: .untrusted, options: options, over: keeper)
            }
            return (header.status, target, report)
        }
    }

    // MARK: exchanges

    private func ask<Reply: Decodable & Sendable>(_ request: AgentRequest) async throws -> Reply {
        var reply: Reply?
        try await each(request) { reply = $0 }
        guard let reply else { throw WireFault(.malformed, "the agent did not answer") }
        return reply
    }

    private func each<Reply: Decodable>(_ request: AgentRequest, _ body: (Reply) -> Void) async throws {
        let exchange = try conversation.open(request)
        try await exchange.finishSending()
        try await guarding(exchange) {
            while let reply = try await exchange.receive(Reply.self) { body(reply) }
        }
    }

    /// Tells the agent when this side no longer wants the exchange.
    private func guarding<Result>(_ exchange: Exchange, _ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch {
            exchange.fail(.from(error))
            throw error
        }
    }
}

/// What a host may call a run: it becomes the name of a folder here.
enum RunName {
    static func isSafe(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 128 && name.first != "." && name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || [0x2D, 0x2E, 0x5F].contains(byte)
        }
    }
}
