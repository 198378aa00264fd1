public import Fleet

/// Finds the records whose verdicts contradict each other, from runs that are told in the order of their time. It reads nothing itself.
///
/// Two different verdicts on equal conditions are proof, however the runs came about. What is not known to be equal proves nothing, nor do time-outs,
/// crashes, want of memory, consequences of earlier failures, and records that were not reached. Within one run conditions are equal by themselves.
public struct FlakySearch: Sendable {
    /// A run, in brief.
    public struct Run: Sendable {
        public var id: String
        /// Seconds since 1970.
        public var startedAt: Double
        public var conditions: RunConditions
        /// Whether a file with several verdicts had them in rounds, and not in retries.
        public var isSoak: Bool

        /// Each parameter is the property of the same name.
        public init(id: String, startedAt: Double, conditions: RunConditions, isSoak: Bool) {
            self.id = id
            self.startedAt = startedAt
            self.conditions = conditions
            self.isSoak = isSoak
        }
    }

    struct FileHistory {
        /// Numbers of runs in which it passed once, and all held: most of them, so kept small.
        var passes: [Int32] = []
        var verdicts: [FlakyEvidence] = []
    }

    private(set) var runs: [Run] = []
    private var files: [String: FileHistory] = [:]

    public init() {}

    /// The records that follow are of this run.
    public mutating func begin(_ run: Run) { runs.append(run) }

    /// A file of the run that passed at once.
    public mutating func addPass(_ file: String) { files[file, default: FileHistory()].passes.append(Int32(clamping: runs.count - 1)) }

    /// A record of the run.
    public mutating func add(_ record: FileRecord) {
        guard let verdict = FlakyEvidence(record, run: runs.count - 1) else { return }
        files[record.file, default: FileHistory()].verdicts.append(verdict)
    }

    /// What was found, by file and line: first all that are flaky, then those that differ by host only.
    public func findings() -> [FlakyFinding] {
        var found: [FlakyFinding] = []
        let groups = FlakyFile.groups(runs)
        for (file, history) in files where history.verdicts.contains(where: { $0.failed > 0 || !$0.tried.isEmpty }) {
            found += FlakyFile(name: file, history: history, runs: runs, groupOfRun: groups).findings()
        }
        return found.sorted { one, other in
            if one.hosts.isEmpty != other.hosts.isEmpty { return one.hosts.isEmpty }
            return (one.file, one.line ?? 0) < (other.file, other.line ?? 0)
        }
    }
}
