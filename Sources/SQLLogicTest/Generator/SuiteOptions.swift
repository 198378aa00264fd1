/// What a generated suite is like.
public struct SuiteOptions: Sendable, Equatable {
    /// The most frequent number of records in a file; a few files have up to twenty times as many. At least 10.
    public var recordsPerFile = 60
    /// How many wrong expectations are planted: one a file, and more only where there are more of them than files.
    public var failures = 0
    /// Adds a file with one query that keeps a core busy for about this many seconds, from 1 to 400.
    public var slowSeconds: Int?

    /// Files of usual length without wrong expectations.
    public init() {}
}
