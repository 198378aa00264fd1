import TreeSync

/// `slt-remote sync --watch`: brings the sources to the host, then whatever changes in them, until its task is cancelled.
public struct SyncWatch: Sendable {
    /// What is brought, and where.
    public var job: SyncJob

    /// Of a sync; it must be no dry run.
    public init(_ job: SyncJob) { self.job = job }

    /// - Parameter events: called from other threads, one call at a time; it must return soon.
    /// - Throws: ``RemoteError`` where the first connection or the first sync fails; else `CancellationError`.
    public func run(events: @escaping @Sendable (WatchEvent) -> Void) async throws {
        let tree = WatchedTree(job), hasSynced = StartedFlag()
        try await LastingConnection(host: job.host, events: events).run { agent in
            tree.forget()
            while true {
                var pause: Duration?
                do {
                    let (sync, source) = try await tree.sync(agent, events)
                    events(.synced(sync))
                    if !hasSynced.isSet || sync.report.changed, !sync.report.isPartial { try await tree.note(agent, source) }
                    hasSynced.set()
                } catch where hasSynced.isSet && !LastingConnection.isEnd(error) {
                    let error = RemoteError(error)
                    events(.syncFailed(error))
                    if error.isRetryable { pause = WatchedTree.retryPause }
                }
                await tree.change(within: pause)
                try Task.checkCancellation()
            }
        }
    }
}
