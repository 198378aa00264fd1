import Glibc
import Platform
import Synchronization

/// A thread that waits for one descriptor on behalf of tasks, one operation at a time.
final class DescriptorThread: Sendable {
    /// What one non-blocking call on the descriptor came to.
    enum Step: Sendable {
        case done([UInt8])
        /// With a transient error the call is made again when the descriptor is ready.
        case failed(CInt)
    }

    /// - Parameter isReady: waits until the descriptor is ready, for what is not done in one call; false when nobody waits for it any more.
    typealias Attempt = @Sendable (_ descriptor: CInt, _ isReady: () -> Bool) -> Step

    static func isTransient(_ code: CInt) -> Bool { code == EAGAIN || code == EINTR }

    private struct Job {
        var id: Int
        var events: CShort
        var attempt: Attempt
        var continuation: CheckedContinuation<[UInt8], any Error>
    }

    private struct State {
        var job: Job?
        var nextID = 0
        var isStopped = false
        /// Why there is no thread.
        var failure: WireFault?
        /// The descriptors are closed, and their numbers may be others' by now.
        var isClosed = false
    }

    private let descriptor: CInt
    /// A pipe that ends the thread's wait: read end, write end.
    private let wake: (read: CInt, write: CInt)
    private let state = Mutex(State())

    /// - Parameter descriptor: owned from now on.
    init(descriptor: CInt) {
        self.descriptor = descriptor
        let flags = fcntl(descriptor, F_GETFL)
        if flags >= 0 { _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) }
        guard let ends = DescriptorIO.pipe() else {
            wake = (-1, -1)
            abandon("cannot wait for a connection: \(ErrorText.of())", EMFILE)
            return
        }
        for end in [ends.reading, ends.writing] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        wake = (ends.reading, ends.writing)
        start()
    }

    /// Repeats `attempt` whenever the descriptor is ready for `events`, until it is done, fails, or the task is cancelled.
    func perform(_ attempt: @escaping Attempt, events: () -> CShort) async throws -> [UInt8] {
        let events = events()
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let refusal = state.withLock { state -> (any Error)? in
                    if Task.isCancelled { return CancellationError() }
                    if let failure = state.failure { return failure }
                    if state.isStopped { return WireFault(.disconnected, "the connection is closed") }
                    if state.job != nil { return WireFault(.malformed, "two tasks use one direction of a stream at once") }
                    state.job = Job(id: id, events: events, attempt: attempt, continuation: continuation)
                    return nil
                }
                if let refusal { continuation.resume(throwing: refusal) } else { signal() }
            }
        } onCancel: {
            cancel(id)
        }
    }

    /// Ends the thread, which closes the descriptor. What waits throws.
    func stop() {
        let wasStopped = state.withLock { state in
            defer { state.isStopped = true }
            return state.isStopped
        }
        if !wasStopped { signal() }
    }

    private func cancel(_ id: Int) {
        let job = state.withLock { state -> Job? in
            guard state.job?.id == id else { return nil }
            defer { state.job = nil }
            return state.job
        }
        job?.continuation.resume(throwing: CancellationError())
        signal()
    }

    private func signal() {
        state.withLock { state in
            guard !state.isClosed else { return }
            var one: UInt8 = 1
            _ = Glibc.write(wake.write, &one, 1)
        }
    }

    // MARK: the thread

    private func start() {
        do throws(SystemThread.Failure) {
            let core = Core(descriptor: descriptor, wake: wake.read, thread: self)
            try SystemThread.start(stack: 256 << 10) { core.run() }
        } catch {
            abandon("cannot start a thread: \(error.text)", error.number)
        }
    }

    /// There is no thread: whoever wants to read or write is told why.
    private func abandon(_ why: String, _ code: CInt) {
        let remedy = code == EAGAIN
            ? "\(SystemNeeds.threads) threads are needed, raise the limit of processes (ulimit -u)"
            : "raise the limit of open files (ulimit -n) to \(SystemNeeds.descriptors) or more"
        state.withLock { state in
            state.isStopped = true
            state.failure = WireFault(.host, "\(why); \(remedy)", isRetryable: true)
        }
        closeAll()
    }

    private func closeAll() {
        state.withLock { state in
            state.isClosed = true
            for end in [descriptor, wake.read, wake.write] where end >= 0 { close(end) }
        }
    }

    /// Holds its owner, so that the thread and the state it reads go together; ``stop()`` ends both.
    private final class Core: Sendable {
        let descriptor: CInt
        let wake: CInt
        let thread: DescriptorThread
        init(descriptor: CInt, wake: CInt, thread: DescriptorThread) {
            self.descriptor = descriptor
            self.wake = wake
            self.thread = thread
        }

        func run() {
            while step() {}
            let left = thread.state.withLock { state in
                defer { state.job = nil }
                return state.job
            }
            left?.continuation.resume(throwing: WireFault(.disconnected, "the connection is closed"))
            thread.closeAll()
        }

        /// One wait, and one attempt if there is something to attempt; false when stopped.
        private func step() -> Bool {
            let (stopped, job) = thread.state.withLock { ($0.isStopped, $0.job) }
            if stopped { return false }
            if let job, attempt(job) { return true }
            wait(for: job)
            return true
        }

        private func wait(for job: Job?) {
            var polled = [
                pollfd(fd: wake, events: CShort(POLLIN), revents: 0),
                pollfd(fd: descriptor, events: job?.events ?? 0, revents: 0),
            ]
            // Without a job only the wake descriptor counts: a hung-up peer would otherwise spin.
            poll(&polled, job == nil ? 1 : 2, -1)
            if polled[0].revents != 0 {
                var drained: (UInt64, UInt64) = (0, 0)
                _ = Glibc.read(wake, &drained, 16)
            }
        }

        private func attempt(_ job: Job) -> Bool {
            var isOver = false
            let outcome = job.attempt(descriptor) {
                wait(for: job)
                isOver = thread.state.withLock { $0.isStopped || $0.job?.id != job.id }
                return !isOver
            }
            // What told that it is over is taken from the wake pipe already: the next wait would not end.
            if case .failed(let code) = outcome, isTransient(code) { return isOver }
            let mine = thread.state.withLock { state -> Bool in
                guard state.job?.id == job.id else { return false }
                state.job = nil
                return true
            }
            guard mine else { return true }
            switch outcome {
            case .done(let bytes): job.continuation.resume(returning: bytes)
            case .failed(let code):
                let gone = code == EPIPE || code == ECONNRESET
                job.continuation.resume(throwing: WireFault(.disconnected, gone
                    ? "the other side closed the connection" : "the connection failed: \(ErrorText.of(code))"))
            }
            return true
        }
    }
}
