/// Something that happened in a run: a line of `events`, written by the supervisor alone.
public struct RunEvent: Codable, Sendable, Equatable {
    /// What happened.
    public enum Kind: String, Codable, Sendable {
        /// A supervisor has taken the run over, for the first time or again.
        case runStarted = "run-started"
        case workerStarted = "worker-started"
        /// A worker ended in another way than by leaving.
        case workerDied = "worker-died"
        /// A file has its record.
        case fileFinished = "file-finished"
        case stopRequested = "stop-requested"
        case budgetOver = "budget-over"
        /// Every file of a round of a soak run has its record.
        case iterationFinished = "iteration-finished"
        /// The run has another number of workers.
        case resized
        /// The last one: `summary.json` is there.
        case runFinished = "run-finished"
    }

    /// What happened.
    public var kind: Kind
    /// Seconds since 1970.
    public var time: Double
    /// With the first failures, without output; ``RunDirectory/record(_:)`` has the rest.
    public var record: FileRecord?
    /// The slot, from 0.
    public var worker: Int?
    /// The process, for events of workers and of the supervisor.
    public var pid: Int32?
    /// In one line, for people.
    public var message: String?
    /// Why the run ended, in the last event.
    public var end: RunEnd?

    /// Bytes of its line that no event exceeds.
    static let longest = 1 << 28

    /// An event; what does not belong to its kind is `nil`.
    public init(kind: Kind, time: Double, record: FileRecord? = nil, worker: Int? = nil, pid: Int32? = nil,
                message: String? = nil, end: RunEnd? = nil) {
        self.kind = kind
        self.time = time
        self.record = record
        self.worker = worker
        self.pid = pid
        self.message = message
        self.end = end
    }
}
