/// What recording has brought: how the scripts change, and what could not be recorded.
public struct RecordedRun: Sendable {
    /// A script with new results.
    public struct Change: Sendable {
        public var path: String
        public var bytes: [UInt8]
    }

    /// Its errors are those that no new result can mend, such as statements that fail.
    public var verdict: FileVerdict
    public var changes: [Change]
}
