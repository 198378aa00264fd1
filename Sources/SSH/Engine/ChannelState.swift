/// One channel, as the session's thread sees it.
final class ChannelState {
    typealias Reader = (token: Int, limit: Int, continuation: CheckedContinuation<[UInt8], any Error>)
    typealias Waiter = (token: Int, continuation: CheckedContinuation<Void, any Error>)
    typealias ExitWaiter = (token: Int, continuation: CheckedContinuation<SSHExit, any Error>)

    struct Write {
        let token: Int
        /// None is empty.
        let pieces: [[UInt8]]
        /// Where the next byte is.
        private(set) var piece = 0
        private(set) var offset = 0
        /// `nil` once its caller was told.
        var continuation: CheckedContinuation<Void, any Error>?

        init(token: Int, pieces: [[UInt8]], continuation: CheckedContinuation<Void, any Error>) {
            self.token = token
            self.pieces = pieces
            self.continuation = continuation
        }

        /// Notes that `count` bytes of the piece are gone.
        /// - Returns: whether that was the last of all.
        mutating func advance(_ count: Int) -> Bool {
            offset += count
            if offset >= pieces[piece].count { (piece, offset) = (piece + 1, 0) }
            return piece == pieces.count
        }
    }

    enum Stage {
        case opening, requesting, running
        /// Given up on this side, or all is received: libssh2 is to free it.
        case releasing
        case released
    }

    let id: Int
    let command: [UInt8]
    var stage = Stage.opening
    var pointer: OpaquePointer?
    /// Why calls fail from now on.
    var failure: SSHError?

    /// Nobody on this side refers to it any more.
    var isAbandoned = false

    /// While something is due.
    var watchdog: CommandWatchdog?
    var opener: Waiter?
    var input = ByteQueue()
    /// Everything that the remote process wrote is in `input`.
    var inputEnded = false
    /// Something has come on standard output.
    var hasSpoken = false
    var reader: Reader?

    var writes: [Write] = []
    /// libssh2 has half-accepted the first write and must get the same bytes again.
    var isWriteInFlight = false
    /// How many bytes libssh2 has taken.
    var taken = 0
    var wantsEnd = false
    var endSent = false
    var enders: [Waiter] = []

    var remoteClosed = false
    var exit: SSHExit?
    var exitWaiters: [ExitWaiter] = []

    var errorTail = TailBuffer(limit: 64 << 10)
    let errorStream: AsyncStream<[UInt8]>.Continuation

    init(id: Int, command: String, errorStream: AsyncStream<[UInt8]>.Continuation) {
        self.id = id
        self.command = Array(command.utf8)
        self.errorStream = errorStream
    }

    /// Ends the wait for the command's start or first word if it is too long.
    func checkWatchdog() {
        guard watchdog != nil else { return }
        let phase: CommandWatchdog.Phase? = switch stage {
        case .opening: .opening
        case .requesting: .requesting
        case .running: runningPhase
        default: nil
        }
        guard failure == nil, let phase else {
            watchdog = nil
            return
        }
        if let error = watchdog?.check(phase) { fail(error) }
    }

    private var runningPhase: CommandWatchdog.Phase? {
        switch watchdog?.manner {
        case .speaksFirst where !hasSpoken && !inputEnded: .silent
        case .consumes where exit == nil: endSent ? .ending : .taking(taken)
        default: nil
        }
    }

    /// Hands what has arrived to the reader that waits for it.
    func deliver() {
        guard let waiting = reader else { return }
        if input.count > 0 {
            reader = nil
            waiting.continuation.resume(returning: input.removeFirst(upTo: waiting.limit))
        } else if inputEnded {
            reader = nil
            waiting.continuation.resume(returning: [])
        }
    }

    /// Ends all waiting calls. Bytes and an exit status that have arrived stay available.
    func fail(_ error: SSHError) {
        if failure == nil { failure = error }
        deliver()
        opener?.continuation.resume(throwing: error)
        opener = nil
        reader?.continuation.resume(throwing: error)
        reader = nil
        failWrites(error)
        exitWaiters.forEach { $0.continuation.resume(throwing: error) }
        exitWaiters = []
        errorStream.finish()
    }

    func failWrites(_ error: SSHError) {
        for index in writes.indices {
            writes[index].continuation?.resume(throwing: error)
            writes[index].continuation = nil
        }
        // Bytes in flight have to stay where libssh2 found them.
        if !isWriteInFlight { writes = [] }
        enders.forEach { $0.continuation.resume(throwing: error) }
        enders = []
    }

    /// Ends the waiting call that has `token`, if it is still waiting.
    func cancel(_ token: Int) {
        let error = CancellationError()
        if let waiting = opener, waiting.token == token {
            opener = nil
            waiting.continuation.resume(throwing: error)
        }
        if let waiting = reader, waiting.token == token {
            reader = nil
            waiting.continuation.resume(throwing: error)
        }
        for index in writes.indices where writes[index].token == token {
            writes[index].continuation?.resume(throwing: error)
            writes[index].continuation = nil
        }
        enders.removeAll { waiting in
            if waiting.token == token { waiting.continuation.resume(throwing: error) }
            return waiting.token == token
        }
        exitWaiters.removeAll { waiting in
            if waiting.token == token { waiting.continuation.resume(throwing: error) }
            return waiting.token == token
        }
    }
}
