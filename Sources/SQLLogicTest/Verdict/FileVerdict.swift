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
        /// Ended from outside, or by what it did; see the only failure.
        case timeout
        case crashed
        case outOfMemory = "out-of-memory"
    }

    /// For a file whose process has ended without a verdict.
    /// - Parameter line: of the last record that began; 0 when there was none.
    public static func lost(_ reason: StopReason, line: Int, message: String) -> FileVerdict {
        var verdict = FileVerdict()
        verdict.stopReason = reason
        verdict.note(Failure(kind: .lost, line: line, message: message), limit: 1)
        return verdict
    }

    /// The file's outcome in one word.
    public var outcome: String {
        switch stopReason {
        case .timeout, .crashed, .outOfMemory: stopReason.rawValue
        case _ where !passed: "fail"
        default: skipReason != nil ? "skipped" : "pass"
        }
    }

    /// Says that memory ran out, when an engine that noticed it has said so.
    public mutating func judgeMemory() {
        guard failures.contains(where: { $0.kind == .memory || $0.message.contains("out of memory") }) else { return }
        stopReason = .outOfMemory
    }
}
