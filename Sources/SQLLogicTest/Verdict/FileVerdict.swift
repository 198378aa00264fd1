/// What running one script has shown.
public struct FileVerdict: Sendable, Equatable, Codable {
    /// Statements and queries that ran.
    public var tests = 0
    /// Records that a condition kept out.
    public var skipped = 0
    /// How many errors there were, also those beyond `failures`.
    public var errors = 0
    /// The first failures.
    public var failures: [Failure] = []
    public var stopReason = StopReason.endOfFile
    /// The line of the `halt` that ended it.
    public var haltLine: Int?

    public init() {}

    public var passed: Bool { errors == 0 }

    /// Why no more records ran.
    public enum StopReason: String, Sendable, Codable {
        case endOfFile = "end-of-file"
        case halt
        /// A record that cannot be understood, after which the original runner does not go on either.
        case badRecord = "bad-record"
        /// As asked for by ``RunOptions/haltOnError``.
        case firstError = "first-error"
    }
}
