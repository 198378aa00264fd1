import Glibc

/// A thread of the system, for work that blocks: Swift's own few threads must never wait for a disk or a peer.
package struct SystemThread: Sendable {
    private let id: pthread_t

    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// The system gave no thread.
    package struct Failure: Error, Sendable {
        /// As in `errno`; EAGAIN where a limit is reached.
        package let number: Int32
        /// The system's words for it.
        package var text: String { ErrorText.of(number) }
    }

    /// Starts a thread that runs `body` and ends. Nobody waits for it.
    /// - Parameter stack: bytes of its stack; `nil` is the system's default, 8 MiB.
    /// - Returns: what ``isCurrent`` may be asked of while the thread lives.
    @discardableResult
    package static func start(stack: Int? = nil, _ body: @escaping @Sendable () -> Void) throws(Failure) -> SystemThread {
        let thread = try joinable(stack: stack, body)
        pthread_detach(thread.id)
        return thread
    }

    /// Starts a thread that ``join()`` must be called of.
    package static func joinable(stack: Int? = nil, _ body: @escaping @Sendable () -> Void) throws(Failure) -> SystemThread {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        if let stack { pthread_attr_setstacksize(&attributes, stack) }
        var id = pthread_t()
        let work = Unmanaged.passRetained(Work(body))
        let code = pthread_create(&id, &attributes, { argument in
            if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
            return nil
        }, work.toOpaque())
        guard code == 0 else {
            work.release()
            throw Failure(number: code)
        }
        return SystemThread(id: id)
    }

    /// Waits for the end of the thread.
    package func join() { pthread_join(id, nil) }

    /// Whether the caller runs on this thread.
    package var isCurrent: Bool { pthread_equal(id, pthread_self()) != 0 }

    /// Runs `body` on a thread of its own; the task waits for it without holding one of Swift's threads.
    /// - Throws: ``Failure`` where there is no thread, else what `body` throws.
    package static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Value, any Error>) in
            do throws(Failure) {
                try start { continuation.resume(with: Result { try body() }) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}
