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

    /// Why the file was not run to its end, or not at all, though nothing failed; it names the directive.
    public var skipReason: String?

    public var passed: Bool { errors == 0 }

    /// Counts a failure, and keeps it unless there are `limit` already.
    mutating func note(_ failure: Failure, limit: Int) {
        errors += 1
        if failures.count < limit { failures.append(failure) }
    }

    /// Why no more records ran.
    public enum StopReason: String, Sendable, Codable {
        case endOfFile = "end-of-file"
        case halt
        /// A record that cannot be understood, after which the original runner does not go on either.
        case badRecord = "bad-record"
        /// As asked for by ``RunOptions/haltOnError``, or as the dialect does it.
        case firstError = "first-error"
        /// The file needs what is not there; see ``FileVerdict/skipReason``.
        case unsupported
    }
}
