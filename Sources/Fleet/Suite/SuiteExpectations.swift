/// What a client knows of the files of a suite from earlier runs, wherever they ran: for a host that has no history of its own, or has lost it.
public struct SuiteExpectations: Codable, Sendable, Equatable {
    /// The latest run that is in it, by its name.
    public var lastRun: String
    /// At most ``most``.
    public var files: [File]

    /// A file that has had a verdict.
    public struct File: Codable, Sendable, Equatable {
        /// As in records.
        public var file: String
        /// Wall-clock seconds that it is expected to take.
        public var seconds: Double
        /// Whether the latest verdict was a failure; absent for one that passed.
        public var failed: Bool?

        /// Each parameter is the property of the same name.
        public init(file: String, seconds: Double, failed: Bool?) {
            self.file = file
            self.seconds = seconds
            self.failed = failed
        }
    }

    /// Files that are sent, and bytes of their names: a start is one message.
    public static let most = 20_000
    public static let mostBytes = 2 << 20

    /// Keeps to the bounds.
    public init(lastRun: String, files: [File]) {
        self.lastRun = lastRun
        var left = Self.mostBytes
        self.files = Array(files.prefix(Self.most).prefix { file in
            left -= file.file.utf8.count
            return left >= 0
        })
    }
}

extension SuiteHistory {
    /// What a client expects, and what is known here of the files that it does not know. A verdict is the client's only where it knows of a run
    /// that is as late as the latest here: another client may have run the file since.
    public func completed(with known: SuiteExpectations) -> SuiteHistory {
        var history = self
        for file in known.files.prefix(SuiteExpectations.most) where file.seconds.isFinite && file.seconds >= 0 {
            history.expect(file, isLatest: known.lastRun >= lastRun)
        }
        return history
    }
}
