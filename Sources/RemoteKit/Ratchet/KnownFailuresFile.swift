public import Fleet

/// A file of known failures, as people keep it in git: the entries, with the comments that stand above them.
public struct KnownFailuresFile: Sendable, Equatable {
    /// Comment lines at the top that are not of this program.
    var preamble: [String] = []
    /// In the order of the file.
    public internal(set) var entries: [Entry] = []
    /// Files that are kept out, in the order of the file.
    public internal(set) var pins: [Pin] = []
    /// Outcomes whose files are pinned though there may be none.
    public internal(set) var pinned: [Outcome] = []

    /// A known failure.
    public struct Entry: Sendable, Equatable {
        public internal(set) var failure: KnownFailure
        /// Where it stood: `slt-remote.toml:12`; `nil` for one that is new.
        public internal(set) var place: String?
        /// The comment lines above it, without the one that says where the record is.
        var comments: [String] = []
        /// Where the record was, and its SQL: `test/a.test:12: SELECT …`.
        var whereabouts: String?
    }

    /// Files that are kept out.
    public struct Pin: Sendable, Equatable {
        public internal(set) var files: PinnedFiles
        /// Where it stood.
        public internal(set) var place: String?
        var comments: [String] = []
    }

    /// A file that says nothing.
    public init() {}

    /// What a run is judged by.
    public var list: KnownFailures {
        KnownFailures(failures: entries.map(\.failure), keptOut: pins.map(\.files), pinned: Outcome.allCases.filter { outcome in
            pinned.contains(outcome) || pins.contains { $0.files.outcome == outcome }
        })
    }

    /// The outcomes that can be pinned, with the names of their tables.
    static let pinnable: [(name: String, outcome: Outcome)] = [("blocked", .blocked), ("skipped", .skipped), ("unsupported", .unsupported)]

    /// Begins the comment line that says where a record is.
    static let whereaboutsMark = "#: "
}
