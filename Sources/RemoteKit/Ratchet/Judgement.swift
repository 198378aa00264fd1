public import Fleet

/// What a run comes to when what was known to fail is taken into account.
public struct Judgement: Sendable, Equatable, Codable {
    public var exitCode: ExitCode
    /// Failures that are known, and failed as they are known to.
    public var known: [Finding] = []
    /// Failures that are not known.
    public var new: [Finding] = []
    /// Known failures whose last day was over when the run was made.
    public var expired: [Finding] = []
    /// Entries whose record, or file, was run and holds.
    public var fixed: [KnownFailure] = []
    /// Files that were not run and are not among the pinned ones.
    public var unexpectedSkips: [KeptOutFile] = []
    /// Pinned files that were run.
    public var unpinned: [PinnedFiles] = []
    /// Files whose failures are all known and that were not run behind them: their other records are untested.
    public var hiddenUntested = 0
    /// Entries of which the run says nothing: their record was not reached, their file not run.
    public var notReached = 0

    /// Files with a failure that is not known, or no longer.
    public var filesToMend: Set<String> { Set((new + expired).map(\.file)) }

    /// A file, or a record of one, that failed.
    public struct Finding: Sendable, Equatable, Codable {
        /// Relative to the workspace.
        public var file: String
        /// Where the record begins; `nil` for a file as a whole.
        public var line: Int?
        /// The script that the line is of, when it is one that the file includes.
        public var script: String?
        /// How the file ended.
        public var outcome: Outcome
        /// Which record; `nil` for a file as a whole.
        public var record: RecordIdentity?
        public var kind: FailureKind?
        public var message: String
        /// Cut, as in the record.
        public var sql: String
        /// The entry that it is known by, or was until its last day; of a new failure, the one that knows another kind of it.
        public var entry: KnownFailure?
        /// Records that fail as a consequence; they need no entry.
        public var followers: Int?
        /// Failures that the run counted and did not keep; nothing is known of them.
        public var unnamed: Int?
    }

    /// Whether something fails the run besides its being incomplete.
    public var isRed: Bool { !new.isEmpty || !expired.isEmpty || !unexpectedSkips.isEmpty }

    init(exitCode: ExitCode) { self.exitCode = exitCode }
}
