import Glibc

/// Threads that run one piece of work each, for work that blocks.
struct WorkerThreads {
    private var threads: [pthread_t] = []

    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Starts `count` threads that each call `body`; those that cannot be started are left out, but one runs in any case.
    static func start(_ count: Int, _ body: @escaping @Sendable () -> Void) -> WorkerThreads {
        var started = WorkerThreads()
        for _ in 0..<count {
            var thread = pthread_t()
            let work = Unmanaged.passRetained(Work(body))
            let code = pthread_create(&thread, nil, { argument in
                if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, work.toOpaque())
            if code == 0 { started.threads.append(thread) } else { work.release() }
        }
        if started.threads.isEmpty { body() }
        return started
    }

    func join() {
        for thread in threads { pthread_join(thread, nil) }
    }
}
