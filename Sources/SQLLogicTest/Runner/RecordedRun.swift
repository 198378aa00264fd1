/// What recording has brought: how the scripts change, and what could not be recorded.
public struct RecordedRun: Sendable {
    /// A script with new results.
    public struct Change: Sendable {
        /// The script's ``Script/name``.
        public var path: String
        /// All of the new script.
        public var bytes: [UInt8]
    }

    /// Its errors are those that no new result can mend, such as statements that fail.
    public var verdict: FileVerdict
    /// The scripts that change, sorted by path.
    public var changes: [Change]
}
