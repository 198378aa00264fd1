public import Fleet

/// A run as reports need it: every file in brief, and all that did not pass in full. Read once from the run's folder.
public struct RunDetails: Sendable {
    /// Where it was read from.
    public let folder: RunFolder
    /// Every file with a record, in the order of the records.
    public private(set) var files: [File] = []
    /// The records that are not `pass`, and those of flaky files, sorted by file.
    public private(set) var records: [FileRecord] = []
    /// The records of files that were run in parts, sorted by file.
    public private(set) var parted: [FileRecord] = []

    /// A file in brief.
    public struct File: Sendable, Equatable {
        /// As in ``FileRecord``.
        public var id: Int
        public var file: String
        public var outcome: Outcome
        /// Wall-clock seconds.
        public var duration: Double
        /// CPU seconds.
        public var cpu: Double?
        public var tests: Int
        public var skipped: Int
        public var errors: Int
        public var worker: Int?
        /// Seconds since 1970.
        public var finishedAt: Double
        public var iteration: Int?
        public var isFlaky: Bool
        /// The run whose verdict it is, where the file was not run in this one.
        public var cachedFrom: String?
    }

    /// - Throws: ``RemoteError`` `results` where the records cannot be read.
    public init(_ folder: RunFolder) throws(RemoteError) {
        self.folder = folder
        var files: [File] = [], records: [FileRecord] = [], parted: [FileRecord] = []
        do {
            try folder.forEachRecord { record in
                files.append(File(id: record.id, file: record.file, outcome: record.outcome, duration: record.duration, cpu: record.cpu, tests: record.tests,
                                  skipped: record.skipped, errors: record.errors, worker: record.worker, finishedAt: record.finishedAt,
                                  iteration: record.iteration, isFlaky: record.flaky == true, cachedFrom: record.cachedFrom))
                if record.parts != nil { parted.append(record) }
                if record.outcome != .pass || record.flaky == true { records.append(record) }
                return true
            }
        } catch {
            throw RemoteError(.results, "cannot read the records of run \(folder.spec.id) in \(folder.path): \(error)")
        }
        self.files = files
        self.parted = parted.sorted { ($0.file, $0.id) < ($1.file, $1.id) }
        self.records = records.sorted { ($0.file, $0.iteration ?? 0, $0.id) < ($1.file, $1.iteration ?? 0, $1.id) }
    }

    /// Files whose verdicts are of earlier runs, sorted by name.
    public var cached: [File] { files.filter { $0.cachedFrom != nil }.sorted { ($0.file, $0.id) < ($1.file, $1.id) } }

    /// Records by outcome.
    public var outcomes: [Outcome: Int] { files.reduce(into: [:]) { $0[$1.outcome, default: 0] += 1 } }
}

extension Outcome {
    /// What counts of several rounds of a file: one that failed before one that passed, and that before one without a verdict.
    var roundWeight: Int { isFailure ? 2 : self == .pass ? 1 : 0 }
}
