import Glibc
import Platform

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
    private let input = UnsafeMutableRawPointer.allocate(byteCount: SocketBuffers.inputCapacity, alignment: 64)
    private var inputHead = 0
    private var inputTail = 0
    private var outputCapacity = 2 << 20
    private var output: UnsafeMutableRawPointer
    private var outputHead = 0
    private var outputTail = 0
    private var budget = SocketBuffers.turnBudget
    private var isReadable = true
    private var isWritable = true

    /// The least time from the end of a send to the next bytes that came, in nanoseconds, while each is an answer.
    private(set) var shortestAnswer: UInt64?
    private var isTiming = false
    private var sentAt: UInt64?

    /// How many bytes came in, in all.
    private(set) var received = 0
    /// When the last bytes came in.
    private(set) var lastReceived = Clock.monotonic
    /// The errno that ended the connection; 0 stands for an orderly end.
    private(set) var failure: Int32?

    init(descriptor: Int32, isTCP: Bool) {
        self.descriptor = descriptor
        self.isTCP = isTCP
        output = .allocate(byteCount: outputCapacity, alignment: 64)
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

    /// What to wait for.
    var events: Int16 {
        guard failure == nil else { return 0 }
        var events: Int32 = 0
        if pendingInput < Self.inputCapacity { events |= POLLIN }
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
            input.copyMemory(from: input + inputHead, byteCount: pendingInput)
            inputTail -= inputHead
            inputHead = 0
        }
        while isReadable, inputTail < Self.inputCapacity, failure == nil {
            _ = receive(Self.inputCapacity - inputTail)
        }
    }

    /// libssh2's read: a count, or a negated errno.
    func read(into buffer: UnsafeMutableRawPointer, count: Int) -> Int {
        if pendingInput == 0 {
            inputHead = 0
            inputTail = 0
            if let failure { return failure == 0 ? 0 : -Int(failure) }
            guard isReadable, budget > 0 else { return -Int(EAGAIN) }
            let result = receive(Self.inputCapacity)
            guard result > 0 else { return result }
        }
        let found = min(count, pendingInput)
        buffer.copyMemory(from: input + inputHead, byteCount: found)
        inputHead += found
        return found
    }

    private func receive(_ limit: Int) -> Int {
        acknowledgeAtOnce()
        var result = recv(descriptor, input + inputTail, limit, 0)
        while result < 0, errno == EINTR { result = recv(descriptor, input + inputTail, limit, 0) }
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
        received += result
        lastReceived = Clock.monotonic
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
    func write(_ buffer: UnsafeRawPointer, count: Int) -> Int {
        if let failure { return -Int(failure == 0 ? ECONNRESET : failure) }
        guard pendingOutput + count <= Self.outputLimit else {
            failure = ENOBUFS
            return -Int(ENOBUFS)
        }
        makeRoom(count)
        (output + outputTail).copyMemory(from: buffer, byteCount: count)
        outputTail += count
        if pendingOutput >= Self.eagerFlush, isWritable { flush() }
        return count
    }

    private func makeRoom(_ count: Int) {
        guard outputCapacity - outputTail < count else { return }
        let kept = pendingOutput
        if kept + count <= outputCapacity {
            output.copyMemory(from: output + outputHead, byteCount: kept)
        } else {
            outputCapacity = 2 * (kept + count)
            let larger = UnsafeMutableRawPointer.allocate(byteCount: outputCapacity, alignment: 64)
            larger.copyMemory(from: output + outputHead, byteCount: kept)
            output.deallocate()
            output = larger
        }
        outputHead = 0
        outputTail = kept
    }

    /// Offers what waits to the kernel.
    func flush() {
        while pendingOutput > 0, failure == nil {
            let sent = send(descriptor, output + outputHead, pendingOutput, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            guard sent >= 0 else {
                if errno == EINTR { continue }
                isWritable = false
                if errno != EAGAIN, errno != EWOULDBLOCK { failure = errno }
                return
            }
            outputHead += sent
            if isTiming { sentAt = Clock.monotonic }
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
