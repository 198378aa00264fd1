import CLibSSH2
import Glibc
import Platform

/// libssh2's session and channels, driven in turns of the executor's loop.
///
/// Confined to the session's thread: created, used and freed there and nowhere else, which is what makes it
/// `@unchecked Sendable`.
final class SessionEngine: @unchecked Sendable {
    /// Taken in one call of libssh2.
    static let readSize = 256 << 10
    /// What one channel keeps for a slow reader before its window closes.
    static let inputLimit = 4 << 20

    let session: OpaquePointer
    let buffers: SocketBuffers
    let scratch = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: SessionEngine.readSize)
    var channels: [Int: ChannelState] = [:]
    private var lastToken = 0
    /// Why the session is over.
    private(set) var failure: SSHError?
    private(set) var isTornDown = false
    var isAuthenticated = false
    /// Whether the answer to the first command was timed.
    var hasTimedRequest = false
    var keepalive = Keepalive(interval: .seconds(15), countMax: 3)
    /// How many bytes the peer may send on a channel before we answer.
    var window: UInt32 = 2 << 20
    /// Opened and freed at once when the host speaks and no channel is there to listen.
    private var listening: OpaquePointer?
    private(set) var isListening = false
    let target: String

    init(buffers: SocketBuffers, target: String) throws(SSHError) {
        guard Self.isReady, let session = libssh2_session_init_ex(nil, nil, nil, nil) else {
            throw SSHError(.handshakeFailed, "cannot start a session: libssh2 does not start")
        }
        self.session = session
        self.buffers = buffers
        self.target = target
        libssh2_session_set_blocking(session, 0)
        libssh2_session_abstract(session)?.pointee = Unmanaged.passUnretained(buffers).toOpaque()
        let send: SendCallback = { _, bytes, count, _, context in
            guard let bytes, let buffers = SessionEngine.buffers(context) else { return -Int(EINVAL) }
            return buffers.write(bytes, count: count)
        }
        let receive: ReceiveCallback = { _, bytes, count, _, context in
            guard let bytes, let buffers = SessionEngine.buffers(context) else { return -Int(EINVAL) }
            return buffers.read(into: bytes, count: count)
        }
        libssh2_session_callback_set(session, LIBSSH2_CALLBACK_SEND, unsafeBitCast(send, to: UnsafeMutableRawPointer.self))
        libssh2_session_callback_set(session, LIBSSH2_CALLBACK_RECV, unsafeBitCast(receive, to: UnsafeMutableRawPointer.self))
    }

    deinit { scratch.deallocate() }

    private typealias Context = UnsafeMutablePointer<UnsafeMutableRawPointer?>
    private typealias SendCallback = @convention(c) (Int32, UnsafeRawPointer?, Int, Int32, Context?) -> Int
    private typealias ReceiveCallback = @convention(c) (Int32, UnsafeMutableRawPointer?, Int, Int32, Context?) -> Int

    private static let isReady = libssh2_init(0) == 0

    private static func buffers(_ context: Context?) -> SocketBuffers? {
        context?.pointee.map { Unmanaged<SocketBuffers>.fromOpaque($0).takeUnretainedValue() }
    }

    func nextToken() -> Int {
        lastToken += 1
        return lastToken
    }

    /// libssh2's own text for its last error.
    var lastError: String {
        var text: UnsafeMutablePointer<CChar>?
        let code = libssh2_session_last_error(session, &text, nil, 0)
        return text.map { "\(String(cString: $0)) (libssh2 \(code))" } ?? "libssh2 \(code)"
    }

    // MARK: Turns

    /// Does all that can be done without waiting.
    func turn(_ events: Int16) -> SessionExecutor.Interest {
        guard !isTornDown, failure == nil, isAuthenticated else { return .init() }
        buffers.beginTurn(events)
        do throws(SSHError) {
            try drain()
            var progress = true
            while progress {
                progress = false
                for channel in Array(channels.values) where try pump(channel) { progress = true }
                buffers.flush()
            }
            if let code = buffers.failure { throw lost(code) }
            for channel in channels.values { channel.checkWatchdog() }
            try keepAlive()
            buffers.flush()
        } catch {
            fail(error)
            return .init()
        }
        return .init(descriptor: buffers.descriptor, events: buffers.events, timeout: buffers.hasMoreInput ? 0 : tick)
    }

    /// Milliseconds to the next turn without news: short while somebody waits, since libssh2 does not say what it
    /// waits for during a key exchange.
    private var tick: Int32 {
        let isBusy = channels.values.contains { $0.opener != nil || !$0.writes.isEmpty || $0.stage == .releasing || $0.wantsEnd && !$0.endSent }
        if isBusy || isListening { return 25 }
        return channels.values.contains { $0.watchdog != nil } ? 100 : 500
    }

    /// Lets libssh2 take in what the socket has, whether or not a channel's reader wants it: what may come is
    /// bounded by the channels' windows.
    private func drain() throws(SSHError) {
        for channel in channels.values {
            guard let pointer = channel.pointer, channel.stage == .running, !channel.remoteClosed else { continue }
            var code = libssh2_channel_wait_eof(pointer)
            if code == 0 { code = libssh2_channel_wait_closed(pointer) }
            if code == 0 { channel.remoteClosed = true }
            if code < 0, code != LIBSSH2_ERROR_EAGAIN { throw broken(code) }
        }
        let listeners = channels.values.contains { $0.stage != .released && !$0.remoteClosed }
        guard !listeners || isListening else { return }
        buffers.fill()
        if isListening || buffers.pendingInput > 0 { try listen() }
    }

    /// Without a channel no call of libssh2 reads: the host's own keepalives and key exchanges would go unanswered.
    /// Opening a channel does read.
    private func listen() throws(SSHError) {
        isListening = true
        if listening == nil {
            listening = open()
            if listening == nil {
                let code = libssh2_session_last_errno(session)
                if code == LIBSSH2_ERROR_EAGAIN { return }
                isListening = false
                if code != LIBSSH2_ERROR_CHANNEL_FAILURE { throw broken(code) }
                return
            }
        }
        if let pointer = listening, libssh2_channel_free(pointer) != LIBSSH2_ERROR_EAGAIN {
            listening = nil
            isListening = false
        }
    }

    /// - Returns: a channel; `nil` where libssh2 has to be asked again, or the host refuses it.
    func open() -> OpaquePointer? {
        libssh2_channel_open_ex(session, "session", 7, window, 32768, nil, 0)
    }

    private func keepAlive() throws(SSHError) {
        switch keepalive.check(lastReceived: buffers.lastReceived) {
        case .nothing: break
        case .probe:
            libssh2_keepalive_config(session, 1, 1)
            let code = libssh2_keepalive_send(session, nil)
            if code < 0, code != LIBSSH2_ERROR_EAGAIN { throw broken(code) }
        case .dead(let seconds):
            throw SSHError(.connectionLost, "cannot go on with \(target): nothing has been heard from it for \(seconds) s",
                           remedy: "check the network and connect again", isRetryable: true)
        }
    }

    // MARK: The end

    func broken(_ code: Int32) -> SSHError {
        if let errno = buffers.failure { return lost(errno) }
        return SSHError(.connectionLost, "cannot go on with \(target): \(lastError), code \(code)",
                        remedy: "connect again", isRetryable: true)
    }

    func lost(_ code: Int32) -> SSHError {
        let cause = code == 0 ? "the host has closed the connection" : ErrorText.of(code)
        return SSHError(.connectionLost, "cannot go on with \(target): \(cause)",
                        remedy: "check the host and connect again", isRetryable: true)
    }

    /// Ends the session with an error that all waiting calls get.
    func fail(_ error: SSHError) {
        guard failure == nil else { return }
        failure = error
        channels.values.forEach { $0.fail(error) }
        tearDown()
    }

    /// Frees everything without waiting for the peer.
    func tearDown() {
        guard !isTornDown else { return }
        isTornDown = true
        if failure == nil, isAuthenticated {
            libssh2_session_disconnect_ex(session, 11, "", "")
            buffers.flush()
        }
        let error = failure ?? SSHError(.closed, "cannot go on with \(target): the session was closed")
        failure = error
        channels.values.forEach { $0.fail(error) }
        buffers.shut()
        // With both callbacks failing, nothing can ask to be called again; the bound guards against a bug there.
        for _ in 0 ..< 100 {
            if libssh2_session_free(session) != LIBSSH2_ERROR_EAGAIN { break }
        }
        for channel in channels.values {
            channel.pointer = nil
            channel.stage = .released
            channel.writes = []
        }
    }
}
