public import Logging
import Platform

/// One SSH connection: several commands at once over one authenticated session.
///
/// All of libssh2 runs on the session's own thread. Calls may come from any task, several at a time, and end at
/// once when their task is cancelled.
public actor SSHSession {
    /// What it is connected to.
    public nonisolated let target: SSHTarget
    nonisolated let executor: SessionExecutor
    /// Ends the waits of ``connect(to:credentials:acceptedFingerprint:knownKey:logger:)``.
    nonisolated let abort: EventFlag
    let logger: Logger
    var engine: SessionEngine?
    private var lastChannel = 0
    private var proxy: ProxyProcess?
    /// The name of the key that let us in, if it was one that nobody was asked about; for ``connect(to:credentials:acceptedFingerprint:knownKey:logger:)``.
    public private(set) var knownKey: String?

    /// The session's own thread: libssh2 must not be used from two.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(target: SSHTarget, logger: Logger) throws(SSHError) {
        self.target = target
        self.logger = logger
        abort = try EventFlag()
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
        let deadline = Clock.after(target.connectTimeout)
        let command = try target.connectionCommand()
        let addresses = command == nil ? try AddressLookup.addresses(of: target, abort: abort, logger: logger) : []
        let buffers: SocketBuffers
        if let command {
            let proxy = try ProxyProcess(command: command)
            self.proxy = proxy
            buffers = SocketBuffers(descriptor: proxy.descriptor, isTCP: false)
        } else {
            buffers = try SocketBuffers(descriptor: Dialer.dial(target, addresses, deadline: deadline, abort: abort, logger: logger), isTCP: true)
        }
        let engine = try SessionEngine(buffers: buffers, target: target.alias)
        self.engine = engine
        logger.debug("connected", metadata: ["host": "\(target.host)", "port": "\(target.port)"])
        let check = HostKeyCheck(target: target, acceptedFingerprint: acceptedFingerprint, peer: PeerAddress(descriptor: buffers.descriptor))
        let calls = BlockingCall(engine: engine, abort: abort, deadline: deadline, limit: target.connectTimeout, noticeAfter: target.noticeAfter, logger: logger)
        try Handshake(engine: engine, calls: calls)
            .run(target.algorithms, hostKeyTypes: check.keyTypePreference)
        let verdict = try check.verify(engine.hostKey())
        logger.debug("\(verdict.reason)")
        if let warning = verdict.warning { logger.warning("\(warning)") }
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
        engine.keepalive = Keepalive(interval: target.serverAliveInterval, countMax: target.serverAliveCountMax)
        engine.isAuthenticated = true
        executor.turn = { [unowned engine] events in engine.turn(events) }
    }

    /// The shortest time to an answer of the host while logging in and to the first command: the way there and back, and a little.
    public var roundTrip: Duration { .nanoseconds(Int64(clamping: engine?.buffers.shortestAnswer ?? 0)) }

    /// Whether the session still works, as far as is known.
    public var isOpen: Bool { engine.map { $0.failure == nil && $0.isAuthenticated } ?? false }

    /// Starts a command in the user's login shell on the host.
    ///
    /// - Parameters:
    ///   - command: a line for the shell; quote what is not the shell's.
    ///   - manner: what is known of the command; what it does not do within ``SSHTarget/answerTimeout`` ends all calls with `timedOut`.
    /// - Throws: ``SSHError`` of code `channelRefused` when the host has too many channels, `connectionLost`, `closed`,
    ///   `timedOut` when the host does not start the command within ``SSHTarget/answerTimeout``.
    public func exec(_ command: String, manner: SSHManner = .unknown) async throws -> SSHChannel {
        let engine = try liveEngine()
        lastChannel += 1
        let id = lastChannel
        let (stream, continuation) = AsyncStream<[UInt8]>.makeStream(bufferingPolicy: .bufferingNewest(256))
        let channel = ChannelState(id: id, command: command, errorStream: continuation)
        channel.watchdog = CommandWatchdog(target: target.alias, limit: target.answerTimeout, noticeAfter: target.noticeAfter, manner: manner, logger: logger)
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
