/// A record that failed, was tried again as the script asks for, and held.
public struct RetriedRecord: Sendable, Equatable, Codable {
    /// Of the record's header, from 1; of the outermost `include` for a record that one brings in.
    public var line: Int
    /// How often it failed.
    public var failed: Int
    /// How often it was tried: once more than it failed.
    public var attempts: Int
    /// Which record it is.
    public var identity: RecordKey?
}
