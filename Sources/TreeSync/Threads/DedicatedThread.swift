import Glibc

/// Threads for work that blocks, so that Swift's own few threads never wait for a disk.
package enum DedicatedThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a thread that runs `body` and ends.
    /// - Returns: whether the system gave one.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        var thread: pthread_t = 0
        let context = Unmanaged.passRetained(Body(body))
        let failed = pthread_create(&thread, nil, { context in
            guard let context else { return nil }
            Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
            return nil
        }, context.toOpaque())
        if failed != 0 { context.release() } else { pthread_detach(thread) }
        return failed == 0
    }

    /// Runs `body` on a thread of its own and waits for it without holding one of Swift's.
    package static func result<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async -> Result<Value, any Error> {
        await withCheckedContinuation { continuation in
            if !start({ continuation.resume(returning: Result { try body() }) }) {
                continuation.resume(returning: .failure(SyncError(
                    .resources, "cannot start a thread; end other programs and try again", canRetry: true)))
            }
        }
    }
}
