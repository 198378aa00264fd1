/// What a generated suite is like.
public struct SuiteOptions: Sendable, Equatable {
    /// The most frequent number of records in a file; a few files have up to twenty times as many. At least 10.
    public var recordsPerFile = 60
    /// How many wrong expectations are planted. At most one a file as long as there are files enough.
    public var failures = 0
    /// Adds a file with one query that keeps a core busy for about so many seconds.
    public var slowSeconds: Int?

    public init() {}
}
