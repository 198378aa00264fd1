import Platform

/// Threads that take jobs from one queue, each with a context of its own (open folders, buffers).
final class WorkerPool<Context>: Sendable {
    typealias Job = @Sendable (Context) throws -> Void

    private struct State {
        var jobs = Fifo<(cost: Int, job: Job)>()
        /// Taken before the others.
        var urgent = Fifo<(cost: Int, job: Job)>()
        var waitingCost = 0
        var threads = 0
        var isFinished = false
        var isStopped = false
    }

    private let monitor = Monitor(State())
    private let maximumThreads: Int
    private let costLimit: Int
    private let makeContext: @Sendable () -> Context
    private let onFailure: @Sendable (any Error) -> Void

    /// - Parameters:
    ///   - costLimit: how much (in bytes) may wait before ``submit(cost:isUrgent:_:)`` blocks.
    ///   - onFailure: gets the error of a job; the jobs that wait are dropped then.
    init(threads: Int, costLimit: Int, makeContext: @escaping @Sendable () -> Context,
         onFailure: @escaping @Sendable (any Error) -> Void) {
        maximumThreads = max(1, threads)
        self.costLimit = costLimit
        self.makeContext = makeContext
        self.onFailure = onFailure
    }

    /// Adds a job, blocking while too much waits. Threads are started as jobs come.
    /// - Parameter isUrgent: whether it goes before the others, since it holds something, as an open file, until it is done.
    func submit(cost: Int, isUrgent: Bool = false, _ job: @escaping Job) throws {
        let startsThread: Bool = monitor.wait { state in
            if state.isStopped { return false }
            guard state.waitingCost < costLimit || state.threads == 0 else { return nil }
            if isUrgent { state.urgent.append((cost, job)) } else { state.jobs.append((cost, job)) }
            state.waitingCost += cost
            guard state.threads < maximumThreads else { return false }
            state.threads += 1
            return true
        }
        guard startsThread, (try? SystemThread.start { [self] in work() }) == nil else { return }
        let left = monitor.withLock { state in
            state.threads -= 1
            return state.threads
        }
        if left == 0 { throw SyncError(.resources, "cannot start a thread to move files; end other programs and try again", canRetry: true) }
    }

    /// Waits until all jobs are done and the threads have ended.
    func finish() {
        monitor.withLock { $0.isFinished = true }
        monitor.wait { $0.threads == 0 ? () : nil }
    }

    /// Drops what waits and waits for the threads to end.
    func stop() {
        drop()
        monitor.wait { $0.threads == 0 ? () : nil }
    }

    private func drop() {
        monitor.withLock { state in
            state.isStopped = true
            state.jobs.removeAll()
            state.urgent.removeAll()
            state.waitingCost = 0
        }
    }

    private func work() {
        let context = makeContext()
        while let job = next() {
            do {
                try job(context)
            } catch {
                drop()
                onFailure(error)
            }
        }
        monitor.withLock { $0.threads -= 1 }
    }

    private func next() -> Job? {
        let job: Job?? = monitor.wait { state in
            if let item = state.urgent.popFirst() ?? state.jobs.popFirst() {
                state.waitingCost -= item.cost
                return .some(item.job)
            }
            return state.isFinished || state.isStopped ? .some(nil) : nil
        }
        return job ?? nil
    }
}
