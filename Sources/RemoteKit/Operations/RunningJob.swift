/// A job that is at work: what happens in it, as it happens, and what it comes to.
///
/// ```swift
/// let work = RunJob(host: host, configuration: configuration).begin()
/// for await event in work { print(event) }
/// let result = try await work.result
/// ```
///
/// One loop can read the events; they are kept until it does. A loop that is left early, or whose task is cancelled, cancels the job;
/// a run that was started goes on on the host.
public struct RunningJob<Result: Sendable>: AsyncSequence, Sendable {
    /// What happens, as it happens.
    public typealias Element = JobEvent
    /// Why a job failed is told by ``result``.
    public typealias Failure = Never

    private let task: Task<Result, any Error>
    private let events: AsyncStream<JobEvent>

    init(_ body: @escaping @Sendable (@escaping JobEventHandler) async throws -> Result) {
        let (events, continuation) = AsyncStream.makeStream(of: JobEvent.self)
        let task = Task {
            defer { continuation.finish() }
            return try await body { continuation.yield($0) }
        }
        continuation.onTermination = { if case .cancelled = $0 { task.cancel() } }
        self.task = task
        self.events = events
    }

    /// For one loop.
    public func makeAsyncIterator() -> AsyncStream<JobEvent>.Iterator { events.makeAsyncIterator() }

    /// What the job came to, once it has ended. Cancelling the task that waits cancels the job.
    /// - Throws: ``RemoteError`` or `CancellationError`.
    public var result: Result {
        get async throws {
            try await withTaskCancellationHandler { try await task.value } onCancel: { task.cancel() }
        }
    }

    /// Ends the job in order; a run that was started goes on on the host.
    public func cancel() { task.cancel() }
}
