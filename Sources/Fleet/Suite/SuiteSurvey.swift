/// The files that a run would have, in the order of their claims, and what the host is: a part of a long list.
public struct SuiteSurvey: Codable, Sendable, Equatable {
    /// Processors that programs can have.
    public var cores: Int
    /// As ``HostSpeed`` measures it.
    public var speed: Double
    /// At most ``most``.
    public var files: [File]

    /// One file of the suite.
    public struct File: Codable, Sendable, Equatable {
        /// As in records.
        public var file: String
        /// ``SuiteFile/key``: names need not be text.
        public var key: UInt64
        /// What it is expected to take, in seconds; in bytes where nothing is known of any.
        public var expected: Double
        /// `true` for one that is kept out.
        public var isBlocked: Bool?

        /// Each parameter is the property of the same name.
        public init(file: String, key: UInt64, expected: Double, isBlocked: Bool? = nil) {
            self.file = file
            self.key = key
            self.expected = expected
            self.isBlocked = isBlocked
        }
    }

    /// Files in a part.
    public static let most = 1000

    /// Each parameter is the property of the same name.
    public init(cores: Int, speed: Double, files: [File]) {
        self.cores = cores
        self.speed = speed
        self.files = files
    }
}
