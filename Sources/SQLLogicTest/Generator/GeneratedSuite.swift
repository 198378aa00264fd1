/// A suite that has been written, and what running it will show.
public struct GeneratedSuite: Sendable, Equatable, Codable {
    /// A wrong expectation: where a runner finds it.
    public struct Plant: Sendable, Equatable, Codable {
        /// Relative to the suite's folder.
        public var file: String
        public var line: Int
    }

    /// Relative to the suite's folder, in the order of their numbers.
    public var files: [String] = []
    public var planted: [Plant] = []
    /// Statements and queries that run, and records that conditions keep out, on SQLite.
    public var tests = 0
    public var skipped = 0
    /// The size of all files together.
    public var bytes = 0
}
