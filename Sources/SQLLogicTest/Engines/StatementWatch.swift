import Glibc
import Platform
import Synchronization

/// Ends statements of one connection that take too long, from a thread of its own.
///
/// Whoever runs a statement pays a lock and a look at the clock. The thread is not told of statements: it sleeps as long as one may take at
/// most, and looks then.
final class StatementWatch: @unchecked Sendable {
    private struct State {
        var connection: any InterruptibleConnection
        /// When the statement that runs began; nil while none does.
        var began: UInt64?
        var hasFired = false
        var isOver = false
    }

    private final class Shared: @unchecked Sendable {
        let lock = Mutex<Void>(())
        var state: State
        let limit: Double
        let wake: EventDescriptor

        init(_ connection: any InterruptibleConnection, _ limit: Double, _ wake: EventDescriptor) {
            state = State(connection: connection)
            self.limit = limit
            self.wake = wake
        }
    }

    private let shared: Shared
    private let thread: SystemThread

    /// Seconds after which a statement that has not ended is interrupted again: one that was only about to begin has not heard of it.
    private static let again = 0.05

    /// - Throws: ``SQLLogicTestError/Code/engine`` where the system gives no thread or descriptor.
    init(_ connection: any InterruptibleConnection, limit: Double) throws(SQLLogicTestError) {
        guard let wake = EventDescriptor() else { throw Self.failure(ErrorText.of()) }
        let shared = Shared(connection, limit, wake)
        self.shared = shared
        do throws(SystemThread.Failure) {
            thread = try SystemThread.joinable(stack: 256 << 10) { Self.watch(shared) }
        } catch {
            throw Self.failure(error.text)
        }
    }

    private static func failure(_ reason: String) -> SQLLogicTestError {
        SQLLogicTestError(.engine, "cannot watch how long statements take: \(reason)", isRetryable: true)
    }

    deinit {
        shared.lock.withLock { _ in shared.state.isOver = true }
        shared.wake.notify()
        thread.join()
    }

    /// Goes on with another connection; not while a statement runs.
    func watch(_ connection: any InterruptibleConnection) { shared.lock.withLock { _ in shared.state.connection = connection } }

    /// A statement begins.
    func begin() {
        let now = Clock.monotonic
        shared.lock.withLock { _ in (shared.state.began, shared.state.hasFired) = (now, false) }
    }

    /// The statement has ended.
    /// - Returns: whether it was interrupted.
    func end() -> Bool {
        shared.lock.withLock { _ in
            shared.state.began = nil
            return shared.state.hasFired
        }
    }

    private static func watch(_ shared: Shared) {
        while let pause = look(shared) {
            var wanted = pollfd(fd: shared.wake.number, events: Int16(POLLIN), revents: 0)
            _ = poll(&wanted, 1, Int32(max(1, min((pause * 1000).rounded(.up), 3_600_000))))
        }
    }

    /// - Returns: seconds until the next look; nil when there is none.
    private static func look(_ shared: Shared) -> Double? {
        // Whoever ends a statement waits for this: the interrupt must not meet the next one.
        shared.lock.withLock { _ in
            if shared.state.isOver { return nil }
            guard let began = shared.state.began else { return shared.limit }
            let left = shared.limit - Clock.seconds(since: began)
            if left > 0 { return left }
            shared.state.hasFired = true
            shared.state.connection.interrupt()
            return again
        }
    }
}
