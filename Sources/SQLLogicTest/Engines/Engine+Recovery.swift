import Platform

extension Engine {
    /// Returns once scripts can be run on the engine. It may come back by itself, as a server does that recovers from the crash of
    /// one of its sessions.
    /// - Parameters:
    ///   - afterLoss: whether a connection was lost. Then every error may pass; else only one that can be retried.
    ///   - limit: how long it is waited for, in seconds.
    ///   - beforeTry: called before each look at the engine, four times a second.
    /// - Throws: why scripts cannot be run, if that does not pass in time.
    package func waitUntilUsable(afterLoss: Bool, limit: Double = 5, beforeTry: () -> Void = {}) throws(SQLLogicTestError) {
        let begin = Clock.monotonic
        while true {
            beforeTry()
            do throws(SQLLogicTestError) {
                return try check(afterLoss: afterLoss)
            } catch {
                guard afterLoss || error.isRetryable, Clock.seconds(since: begin) < limit else { throw error }
            }
            Clock.pauseThread(0.25)
        }
    }
}
