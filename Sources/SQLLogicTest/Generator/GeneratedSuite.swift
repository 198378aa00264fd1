/// A suite that has been written, and what running it will show.
public struct GeneratedSuite: Sendable, Equatable, Codable {
    /// Where a runner finds a wrong expectation.
    public struct Plant: Sendable, Equatable, Codable {
        /// Relative to the suite's folder.
        public var file: String
        /// The line of the wrong value or of the record, from 1.
        public var line: Int
    }

    /// Relative to the suite's folder, in the order of their numbers.
    public var files: [String] = []
    /// The wrong expectations, in the order of the files and lines.
    public var planted: [Plant] = []
    /// Statements and queries that run on SQLite, in all files together.
    public var tests = 0
    /// Records that conditions keep out on SQLite, in all files together.
    public var skipped = 0
    /// The size of all files together, in bytes.
    public var bytes = 0
}
