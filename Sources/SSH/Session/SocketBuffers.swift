import Glibc

/// The socket under libssh2, behind one buffer for each direction. Used on the session's thread only.
///
/// Sending always succeeds into the buffer: libssh2 1.10 breaks its state when a send is cut in two during a key
/// exchange. Whoever writes looks at ``pendingOutput`` first.
final class SocketBuffers {
    /// Above this many waiting bytes, channels hand nothing more to libssh2.
    static let highWater = 1 << 20
    /// A peer that makes us answer without reading the answers is cut off here.
    private static let outputLimit = 64 << 20
    private static let inputCapacity = 256 << 10
    /// Output is offered to the kernel during a turn once there is this much, so that encryption and sending overlap.
    private static let eagerFlush = 128 << 10
    /// The most bytes taken in during one turn, so that a flood leaves room for jobs.
    private static let turnBudget = 4 << 20

    let descriptor: Int32
    private let isTCP: Bool
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: SocketBuffers.inputCapacity, alignment: 64)
    private var inputHead = 0
    private var inputTail = 0
    private var output: UnsafeMutableRawBufferPointer
    private var outputHead = 0
    private var outputTail = 0
    private var budget = SocketBuffers.turnBudget
    private var isReadable = true
    private var isWritable = true

    /// The least time from the end of a send to the next bytes that came, in nanoseconds, while each is an answer.
    private(set) var shortestAnswer: UInt64?
    private var isTiming = false
    private var sentAt: UInt64?

    /// When the last bytes came in.
    private(set) var lastReceived = Monotonic.now
    /// The errno that ended the connection; 0 stands for an orderly end.
    private(set) var failure: Int32?

    init(descriptor: Int32, isTCP: Bool) {
        self.descriptor = descriptor
        self.isTCP = isTCP
        output = .allocate(byteCount: 2 << 20, alignment: 64)
    }

    deinit {
        input.deallocate()
        output.deallocate()
        close(descriptor)
    }

    /// Measures answers from now on, or no longer.
    func timeAnswers(_ isTiming: Bool) {
        self.isTiming = isTiming
        sentAt = nil
    }

    var pendingOutput: Int { outputTail - outputHead }
    var pendingInput: Int { inputTail - inputHead }
    /// Whether there may be input that this turn did not take.
    var hasMoreInput: Bool { (pendingInput > 0 || isReadable) && budget <= 0 }
    var mayHaveInput: Bool { pendingInput > 0 || isReadable }

    /// What to wait for.
    var events: Int16 {
        guard failure == nil else { return 0 }
        var events: Int32 = 0
        if pendingInput < input.count { events |= POLLIN }
        if pendingOutput > 0 { events |= POLLOUT }
        return Int16(events)
    }

    /// Takes over what poll said and gives the turn its budget.
    func beginTurn(_ events: Int16) {
        budget = Self.turnBudget
        if Int32(events) & (POLLIN | POLLERR | POLLHUP) != 0 { isReadable = true }
        if Int32(events) & (POLLOUT | POLLERR | POLLHUP) != 0 { isWritable = true }
    }

    /// Reads into the buffer without libssh2, to see life signs and the end of an idle connection.
    func fill() {
        if inputHead > 0 {
            input.baseAddress?.copyMemory(from: UnsafeRawPointer(input.baseAddress! + inputHead), byteCount: pendingInput)
            inputTail -= inputHead
            inputHead = 0
        }
        while isReadable, inputTail < input.count, failure == nil {
            _ = receive(input.count - inputTail)
        }
    }

    /// libssh2's read: a count, or a negated errno.
    func take(into buffer: UnsafeMutableRawPointer, count: Int) -> Int {
        if pendingInput == 0 {
            inputHead = 0
            inputTail = 0
            if let failure { return failure == 0 ? 0 : -Int(failure) }
            guard isReadable, budget > 0 else { return -Int(EAGAIN) }
            let result = receive(input.count)
            guard result > 0 else { return result }
        }
        let taken = min(count, pendingInput)
        buffer.copyMemory(from: UnsafeRawPointer(input.baseAddress! + inputHead), byteCount: taken)
        inputHead += taken
        return taken
    }

    private func receive(_ limit: Int) -> Int {
        acknowledgeAtOnce()
        var result = recv(descriptor, input.baseAddress! + inputTail, limit, 0)
        while result < 0, errno == EINTR { result = recv(descriptor, input.baseAddress! + inputTail, limit, 0) }
        guard result > 0 else {
            let code = result == 0 ? 0 : errno
            isReadable = false
            if result < 0, code == EAGAIN || code == EWOULDBLOCK { return -Int(EAGAIN) }
            failure = code
            return -Int(code)
        }
        acknowledgeAtOnce()
        inputTail += result
        budget -= result
        lastReceived = Monotonic.now
        if let sentAt {
            shortestAnswer = min(shortestAnswer ?? .max, lastReceived - sentAt)
            self.sentAt = nil
        }
        return result
    }

    /// Delayed acknowledgements cost 40 ms in each of the handshake's round trips; the kernel forgets the option.
    private func acknowledgeAtOnce() {
        guard isTCP else { return }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_QUICKACK, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    /// libssh2's write: all of it, or a negated errno.
    func put(_ buffer: UnsafeRawPointer, count: Int) -> Int {
        if let failure { return -Int(failure == 0 ? ECONNRESET : failure) }
        guard pendingOutput + count <= Self.outputLimit else {
            failure = ENOBUFS
            return -Int(ENOBUFS)
        }
        makeRoom(count)
        (output.baseAddress! + outputTail).copyMemory(from: buffer, byteCount: count)
        outputTail += count
        if pendingOutput >= Self.eagerFlush, isWritable { flush() }
        return count
    }

    private func makeRoom(_ count: Int) {
        guard output.count - outputTail < count else { return }
        let kept = pendingOutput
        if kept + count <= output.count {
            output.baseAddress!.copyMemory(from: UnsafeRawPointer(output.baseAddress! + outputHead), byteCount: kept)
        } else {
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * (kept + count), alignment: 64)
            larger.baseAddress!.copyMemory(from: UnsafeRawPointer(output.baseAddress! + outputHead), byteCount: kept)
            output.deallocate()
            output = larger
        }
        outputHead = 0
        outputTail = kept
    }

    /// Offers what waits to the kernel.
    func flush() {
        while pendingOutput > 0, failure == nil {
            let sent = send(descriptor, output.baseAddress! + outputHead, pendingOutput, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            guard sent >= 0 else {
                if errno == EINTR { continue }
                isWritable = false
                if errno != EAGAIN, errno != EWOULDBLOCK { failure = errno }
                return
            }
            outputHead += sent
            if isTiming { sentAt = Monotonic.now }
        }
        if pendingOutput == 0 {
            outputHead = 0
            outputTail = 0
        }
    }

    /// Makes every further call fail, which is what lets libssh2 free a session without waiting for the peer.
    func shut() {
        if failure == nil { failure = ECONNABORTED }
        inputHead = inputTail
        outputHead = outputTail
        shutdown(descriptor, Int32(SHUT_RDWR))
    }
}

/// Nanoseconds of CLOCK_MONOTONIC.
enum Monotonic {
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// `duration` from now.
    static func after(_ duration: Duration) -> UInt64 { now + nanoseconds(duration) }

    static func nanoseconds(_ duration: Duration) -> UInt64 {
        let parts = duration.components
        guard parts.seconds >= 0, parts.attoseconds >= 0 else { return 0 }
        return UInt64(min(parts.seconds, 1_000_000_000)) * 1_000_000_000 + UInt64(parts.attoseconds / 1_000_000_000)
    }
}
