import CLibSSH2
import Glibc
public import Logging
import Synchronization

/// One SSH connection: several commands at once over one authenticated session.
///
/// All of libssh2 runs on the session's own thread. Calls may come from any task, several at a time, and end at
/// once when their task is cancelled.
public actor SSHSession {
    public nonisolated let target: SSHTarget
    nonisolated let executor: SessionExecutor
    /// Ends the waits of ``connect(to:credentials:acceptedFingerprint:knownKey:logger:)``.
    nonisolated let abort = AbortFlag()
    let logger: Logger
    var engine: SessionEngine?
    private var lastChannel = 0
    private var proxy: ProxyProcess?
    /// The name of the key that let us in, if it was one that nobody was asked about; for ``connect(to:credentials:acceptedFingerprint:knownKey:logger:)``.
    public private(set) var knownKey: String?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(target: SSHTarget, logger: Logger) throws(SSHError) {
        self.target = target
        self.logger = logger
        executor = try SessionExecutor()
    }

    deinit {
        // The thread frees the engine, which may hold a socket and libssh2's state.
        let engine = engine, proxy = proxy, executor = executor
        executor.post {
            engine?.tearDown()
            proxy?.end()
            executor.turn = nil
        }
        executor.stop()
    }

    /// Connects, checks the host's key and authenticates.
    ///
    /// - Parameters:
    ///   - acceptedFingerprint: `SHA256:…` of a host key that the user has confirmed; an unknown key with this
    ///     fingerprint is added to the first known_hosts file. A changed key is refused all the same.
    ///   - knownKey: what let another session to the same host in, tried before all else.
    ///   - logger: gets debug messages; no secrets.
    /// - Throws: ``SSHError``, or `CancellationError` when the task is cancelled.
    public static func connect(to target: SSHTarget, credentials: SSHCredentials = SSHCredentials(),
                               acceptedFingerprint: String? = nil, knownKey: String? = nil,
                               logger: Logger = Logger(label: "ssh")) async throws -> SSHSession {
        func attempt(asksFirst: Bool) async throws -> SSHSession {
            let session = try SSHSession(target: target, logger: logger)
            try await withTaskCancellationHandler {
                do {
                    try await session.establish(credentials, acceptedFingerprint, knownKey, asksFirst: asksFirst)
                } catch {
                    await session.close()
                    try Task.checkCancellation()
                    throw error
                }
            } onCancel: {
                session.abort.set()
            }
            return session
        }
        do {
            return try await attempt(asksFirst: false)
        } catch is Authentication.KeyRefused {
            return try await attempt(asksFirst: true)
        }
    }

    private func establish(_ credentials: SSHCredentials, _ acceptedFingerprint: String?, _ knownKey: String?, asksFirst: Bool) async throws {
        let deadline = Monotonic.after(target.connectTimeout)
        let addresses = target.effectiveProxyCommand == nil ? try await Dialer.resolve(target, abort: abort) : []
        let buffers: SocketBuffers
        if let command = target.effectiveProxyCommand {
            let proxy = try ProxyProcess(command: command)
            self.proxy = proxy
            buffers = SocketBuffers(descriptor: proxy.descriptor, isTCP: false)
        } else {
            buffers = try SocketBuffers(descriptor: Dialer.dial(target, addresses, deadline: deadline, abort: abort), isTCP: true)
        }
        let engine = try SessionEngine(buffers: buffers, target: target.alias)
        self.engine = engine
        logger.debug("connected", metadata: ["host": "\(target.host)", "port": "\(target.port)"])
        let check = HostKeyCheck(target: target, acceptedFingerprint: acceptedFingerprint)
        try Handshake(engine: engine, abort: abort, deadline: deadline).run(hostKeyTypes: check.keyTypePreference)
        let seen = try check.verify(engine.hostKey())
        logger.debug("\(seen)")
        // From here on each side waits for the other's answer.
        buffers.timeAnswers(true)
        self.knownKey = try await Authentication(engine: engine, target: target, credentials: credentials, knownKey: knownKey, asksFirst: asksFirst,
                                                 abort: abort, logger: logger).run()
        buffers.timeAnswers(false)
        start(engine, roundTrip: buffers.shortestAnswer ?? 0)
    }

    private func start(_ engine: SessionEngine, roundTrip: UInt64) {
        // As much as 200 MB/s bring in one round trip, so that a long way does not slow a download.
        engine.window = UInt32(min(max(roundTrip / 5 , 2 << 20), 16 << 20))
        engine.heartbeat = Heartbeat(interval: target.serverAliveInterval, countMax: target.serverAliveCountMax)
        engine.isAuthenticated = true
        executor.turn = { [unowned engine] events in engine.turn(events) }
        executor.finish = nil
    }

    /// The shortest time to an answer of the host while logging in and to the first command: the way there and back, and a little.
    public var roundTrip: Duration { .nanoseconds(Int64(clamping: engine?.buffers.shortestAnswer ?? 0)) }

    /// Whether the session still works, as far as is known.
    public var isOpen: Bool { engine.map { $0.failure == nil && $0.isAuthenticated } ?? false }

    /// Starts a command in the user's login shell on the host.
    ///
    /// - Parameter command: a line for the shell; quote what is not the shell's.
    /// - Throws: ``SSHError`` of code `channelRefused` when the host has too many channels, `connectionLost`, `closed`.
    public func exec(_ command: String) async throws -> SSHChannel {
        let engine = try liveEngine()
        lastChannel += 1
        let id = lastChannel
        let (stream, continuation) = AsyncStream<[UInt8]>.makeStream(bufferingPolicy: .bufferingNewest(256))
        let channel = ChannelState(id: id, command: command, errorStream: continuation)
        engine.channels[id] = channel
        do {
            try await waiting(on: id, engine) { token, continuation in channel.opener = (token, continuation) }
        } catch {
            release(id)
            throw error
        }
        return SSHChannel(session: self, id: id, stderr: stream)
    }

    /// Ends the session at once: all waiting calls throw.
    public func close() {
        abort.set()
        engine?.tearDown()
        proxy?.end()
    }

    private func liveEngine() throws -> SessionEngine {
        guard let engine else { throw SSHError(.closed, "cannot use the session: it was never connected") }
        if let failure = engine.failure { throw failure }
        return engine
    }
}

/// The channel's side of the session: each call runs on the session's thread.
extension SSHSession {
    private func channel(_ id: Int) throws -> (SessionEngine, ChannelState) {
        guard let engine, let channel = engine.channels[id], !channel.isAbandoned else {
            throw SSHError(.closed, "cannot use the channel: it was closed")
        }
        return (engine, channel)
    }

    /// Waits until the engine resumes what `register` stores; cancellation ends the wait at once.
    private func waiting<T: Sendable>(
        on id: Int, _ engine: SessionEngine, _ register: (Int, CheckedContinuation<T, any Error>) -> Void
    ) async throws -> T {
        let token = engine.nextToken()
        let executor = executor
        return try await withTaskCancellationHandler {
            // Calling a method of the actor is what keeps this closure on the actor: it must register in the same
            // job that looked at the channel's state.
            checkThread()
            return try await withCheckedThrowingContinuation { register(token, $0) }
        } onCancel: {
            // Posted, so it runs after the registration even if the task was cancelled before.
            executor.post { engine.channels[id]?.cancel(token) }
        }
    }

    private func checkThread() { executor.checkIsolated() }

    func read(_ id: Int, upTo limit: Int) async throws -> [UInt8] {
        let (engine, channel) = try channel(id)
        try Task.checkCancellation()
        guard limit > 0 else { return [] }
        if channel.input.count > 0 { return channel.input.take(limit) }
        if channel.inputEnded { return [] }
        if let failure = channel.failure { throw failure }
        guard channel.reader == nil else { throw SSHError(.closed, "cannot read from the channel: another task is reading") }
        return try await waiting(on: id, engine) { channel.reader = ($0, limit, $1) }
    }

    func write(_ id: Int, _ pieces: [[UInt8]]) async throws {
        let (engine, channel) = try channel(id)
        try Task.checkCancellation()
        if let failure = channel.failure { throw failure }
        if channel.wantsEnd { throw SSHError(.closed, "cannot write to the channel: its writing was finished") }
        if channel.remoteClosed { throw engine.remoteEnded }
        guard pieces.contains(where: { !$0.isEmpty }) else { return }
        try await waiting(on: id, engine) { (token, continuation: CheckedContinuation<Void, any Error>) in
            channel.writes.append(.init(token: token, pieces: pieces.filter { !$0.isEmpty }, continuation: continuation))
        }
    }

    func finishWriting(_ id: Int) async throws {
        let (engine, channel) = try channel(id)
        if channel.endSent || channel.remoteClosed { return }
        if let failure = channel.failure { throw failure }
        channel.wantsEnd = true
        try await waiting(on: id, engine) { channel.enders.append(($0, $1)) }
    }

    func exitStatus(_ id: Int) async throws -> SSHExit {
        let (engine, channel) = try channel(id)
        if let exit = channel.exit { return exit }
        if let failure = channel.failure { throw failure }
        return try await waiting(on: id, engine) { channel.exitWaiters.append(($0, $1)) }
    }

    func errorTail(_ id: Int) -> [UInt8] { engine?.channels[id]?.errorTail.tail ?? [] }

    func release(_ id: Int) {
        guard let engine else { return }
        Self.release(id, engine)
    }

    /// Called by the last reference to a channel, from any thread.
    nonisolated func abandon(_ id: Int) {
        Task { await self.release(id) }
    }

    private static func release(_ id: Int, _ engine: SessionEngine) {
        guard let channel = engine.channels[id], !channel.isAbandoned else { return }
        channel.isAbandoned = true
        channel.fail(SSHError(.closed, "cannot use the channel: it was closed"))
        switch channel.stage {
        // What libssh2 is in the middle of has to be finished before it can free the channel.
        case .opening, .requesting: break
        case .running, .releasing: channel.stage = .releasing
        case .released: engine.channels[id] = nil
        }
    }
}

/// Set once, read by blocking waits on the session's thread.
final class AbortFlag: Sendable {
    private let flag = Atomic(false)
    func set() { flag.store(true, ordering: .releasing) }
    var isSet: Bool { flag.load(ordering: .acquiring) }
}
