import Glibc
import Platform

/// A program of this machine that is asked for some text: it gets a limited time and may print a limited amount, and is ended with its
/// children. It has a process group of its own for that.
struct BoundedCommand: Sendable {
    enum End: Sendable, Equatable {
        case ended(ProcessTermination)
        case timedOut, tooMuch
    }

    struct Result: Sendable {
        let end: End
        let output: String
        let errors: String
    }

    static let outputLimit = 1 << 20
    private static let errorLimit = 64 << 10

    /// An absolute path.
    let program: String
    let arguments: [String]
    let timeLimit: Duration
    var notice: WaitNotice?

    /// - Throws: ``SSHError`` when it cannot be started, `CancellationError`.
    func run() async throws -> Result {
        let abort = try EventFlag()
        return try await withTaskCancellationHandler {
            do {
                return try await SystemThread.run { try runHere(abort) }
            } catch let failure as SystemThread.Failure {
                throw SSHError(failure)
            }
        } onCancel: {
            abort.set()
        }
    }

    private struct Child {
        let pid: pid_t
        let output: Int32
        let errors: Int32
        /// Set when it has ended; it has to be reaped then.
        let ended: EventFlag
    }

    private func runHere(_ abort: EventFlag) throws -> Result {
        let child = try start()
        defer {
            close(child.output)
            close(child.errors)
        }
        var wait = BlockingWait(abort: abort, deadline: Clock.after(timeLimit), notice: notice)
        var output: [UInt8] = [], errors: [UInt8] = []
        var isOpen = (output: true, errors: true)
        func result(_ end: End) -> Result {
            Result(end: end, output: String(decoding: output, as: UTF8.self), errors: String(decoding: errors.prefix(Self.errorLimit), as: UTF8.self))
        }
        do {
            while true {
                _ = try wait.ready([pollfd(fd: isOpen.output ? child.output : -1, events: Int16(POLLIN), revents: 0),
                                    pollfd(fd: isOpen.errors ? child.errors : -1, events: Int16(POLLIN), revents: 0),
                                    pollfd(fd: child.ended.descriptor, events: Int16(POLLIN), revents: 0)])
                // In this order, so that nothing is missed of what was printed before the end. A child of its own may keep the pipes open.
                let termination = child.ended.isSet ? ProcessTermination.poll(child.pid) : nil
                isOpen.output = Self.drain(child.output, into: &output, Self.outputLimit) && isOpen.output
                isOpen.errors = Self.drain(child.errors, into: &errors, Self.errorLimit) && isOpen.errors
                let isTooMuch = output.count > Self.outputLimit
                if let termination { return result(isTooMuch ? .tooMuch : .ended(termination)) }
                guard isTooMuch || Clock.monotonic >= wait.deadline else { continue }
                Self.end(child.pid)
                return result(isTooMuch ? .tooMuch : .timedOut)
            }
        } catch {
            Self.end(child.pid)
            throw error
        }
    }

    private func start() throws(SSHError) -> Child {
        func failed(_ why: String) -> SSHError { SSHError(.localFile, "cannot start \(program): \(why)", isRetryable: true) }
        let ended = try EventFlag()
        guard let output = DescriptorIO.pipe() else { throw failed(ErrorText.of(errno)) }
        defer { close(output.writing) }
        guard let errors = DescriptorIO.pipe() else {
            let why = ErrorText.of(errno)
            close(output.reading)
            throw failed(why)
        }
        defer { close(errors.writing) }
        for end in [output.reading, errors.reading] { _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK) }
        let why: String
        do throws(ChildProcess.Failure) {
            let pid = try ChildProcess([program] + arguments, descriptors: [
                (0, .null), (1, .descriptor(output.writing)), (2, .descriptor(errors.writing)),
            ]).start()
            do throws(SystemThread.Failure) {
                try SystemThread.start(stack: 64 << 10) { Self.setAtEnd(of: pid, ended) }
                return Child(pid: pid, output: output.reading, errors: errors.reading, ended: ended)
            } catch {
                Self.end(pid)
                why = error.text
            }
        } catch {
            why = error.text
        }
        close(output.reading)
        close(errors.reading)
        throw failed(why)
    }

    /// Blocks until the child has ended, and leaves it to be reaped: its number stays its own until then.
    private static func setAtEnd(of pid: pid_t, _ flag: EventFlag) {
        var info = siginfo_t()
        retryingInterrupts { waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) }
        flag.set()
    }

    private static func end(_ pid: pid_t) {
        kill(-pid, SIGKILL)
        _ = ProcessTermination.wait(for: pid)
    }

    /// Reads what is there, up to a little more than `limit` in all; more is thrown away.
    /// - Returns: whether more may come.
    private static func drain(_ descriptor: Int32, into bytes: inout [UInt8], _ limit: Int) -> Bool {
        // Bounded, so that an endless writer does not keep the caller from the clock.
        for _ in 0 ..< 64 {
            guard let chunk = DescriptorIO.read(descriptor, limit: 32 << 10) else { return errno == EAGAIN }
            if chunk.isEmpty { return false }
            if bytes.count <= limit { bytes += chunk }
        }
        return true
    }
}
