import Platform

/// Numbered pieces of one job, done by the calling thread and some more.
enum ParallelWork {
    /// How many threads of one kind work at once, unless somebody knows better.
    static var defaultThreads: Int { min(4, max(2, ResourceLimit.cores)) }

    /// - Parameter body: does one piece; where it returns false, the rest is left.
    /// - Returns: whether all are done.
    static func run(_ count: Int, threads: Int, _ body: @escaping @Sendable (_ index: Int, _ buffer: ScratchBuffer) -> Bool) -> Bool {
        let state = Monitor((next: 0, running: 0, isGood: true))
        let work: @Sendable () -> Void = {
            let buffer = ScratchBuffer()
            while true {
                let index = state.withLock { state -> Int? in
                    guard state.isGood, state.next < count else { return nil }
                    defer { state.next += 1 }
                    return state.next
                }
                guard let index else { return }
                if !body(index, buffer) { state.withLock { $0.isGood = false } }
            }
        }
        for _ in 1..<max(1, min(threads, count)) {
            state.withLock { $0.running += 1 }
            do throws(SystemThread.Failure) {
                try SystemThread.start {
                    work()
                    state.withLock { $0.running -= 1 }
                }
            } catch {
                // The others do its share.
                state.withLock { $0.running -= 1 }
            }
        }
        work()
        return state.wait { state in state.running == 0 ? state.isGood : nil }
    }
}
