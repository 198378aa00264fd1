import Glibc
import Platform
import Synchronization

/// Runs one session's actor on a thread of its own, between turns of the thread's poll loop.
///
/// libssh2 breaks when a session is used from two threads, and the loop has to wait for a socket and for jobs at once.
final class SessionExecutor: SerialExecutor, @unchecked Sendable {
    /// What the loop has to wait for after a turn.
    struct Interest {
        var descriptor: Int32 = -1
        var events: Int16 = 0
        /// Milliseconds; -1 waits for a job only.
        var timeout: Int32 = -1
    }

    private enum Item: Sendable {
        case job(UnownedJob)
        case call(@Sendable () -> Void)
    }

    private struct Queue {
        var items: [Item] = []
        var isStopped = false
        var isAwake = false
    }

    private let queue = Mutex(Queue())
    private let wake: EventDescriptor
    /// Set once, before the thread starts.
    private var thread: SystemThread?
    /// One turn of the session: called after jobs and whenever the descriptor is ready. Used on the thread only.
    var turn: ((_ events: Int16) -> Interest)?

    init() throws(SSHError) {
        guard let wake = EventDescriptor() else { throw SSHError.noDescriptor }
        self.wake = wake
        do throws(SystemThread.Failure) {
            thread = try queue.withLock { _ throws(SystemThread.Failure) in try SystemThread.start { [self] in loop() } }
        } catch {
            throw SSHError(error)
        }
    }

    func enqueue(_ job: consuming ExecutorJob) { add(.job(UnownedJob(job))) }

    /// Calls `body` on the thread, after all that was enqueued before.
    func post(_ body: @escaping @Sendable () -> Void) { add(.call(body)) }

    /// Ends the thread after what is enqueued.
    func stop() {
        queue.withLock { $0.isStopped = true }
        wake.notify()
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    func checkIsolated() {
        precondition(isIsolatingCurrentContext() == true, "used outside the session's thread")
    }

    func isIsolatingCurrentContext() -> Bool? { thread?.isCurrent }

    private func add(_ item: Item) {
        let mustWake = queue.withLock { queue in
            queue.items.append(item)
            return !queue.isAwake
        }
        if mustWake { wake.notify() }
    }

    private func loop() {
        // Waits until `thread` is set.
        queue.withLock { _ in }
        var ready: Int16 = 0
        while true {
            let (items, isStopped) = queue.withLock { queue in
                defer { queue.items = [] }
                queue.isAwake = true
                return (queue.items, queue.isStopped)
            }
            for item in items {
                switch item {
                case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
                case .call(let body): body()
                }
            }
            if isStopped, items.isEmpty { break }
            let interest = turn?(ready) ?? Interest()
            ready = wait(for: interest)
        }
        turn = nil
    }

    private func wait(for interest: Interest) -> Int16 {
        let hasWork = queue.withLock { queue in
            queue.isAwake = false
            return !queue.items.isEmpty || queue.isStopped
        }
        var descriptors = [pollfd(fd: wake.number, events: Int16(POLLIN), revents: 0),
                           pollfd(fd: interest.descriptor, events: interest.events, revents: 0)]
        guard poll(&descriptors, 2, hasWork ? 0 : interest.timeout) > 0 else { return 0 }
        if descriptors[0].revents != 0 { wake.drain() }
        return descriptors[1].revents
    }
}
