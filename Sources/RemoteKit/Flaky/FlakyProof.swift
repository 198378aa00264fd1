/// What has shown that a record is flaky. Each is two verdicts on equal conditions.
public enum FlakyProof: String, Sendable, Codable, CaseIterable, Comparable {
    /// Two runs of the file under equal conditions.
    case runs
    /// Rounds of one soak run.
    case rounds
    /// The file was run again after a failure, within one run.
    case retries
    /// The script tries the record again by itself, and it needed that.
    case record

    public static func < (one: FlakyProof, other: FlakyProof) -> Bool { one.rawValue < other.rawValue }
}
