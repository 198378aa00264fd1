import Fleet

/// Whether a file fails, by what was known to fail when its run began.
struct VerdictJudge: Sendable {
    private let known: KnownFailures?
    private let day: String
    private let stopsAtFailure: Bool

    /// - Parameter run: the name of the run, which begins with its day.
    init(_ known: KnownFailures?, _ configuration: Configuration, run: String) {
        self.known = known
        day = CalendarDay.of(run: run) ?? ""
        stopsAtFailure = configuration.engine.dialect == "rs"
    }

    func fails(_ record: FileRecord) -> Bool {
        guard record.outcome.isFailure, let known else { return record.outcome.isFailure }
        var judge = Judge(known, day: day, stopsAtFailure: stopsAtFailure)
        judge.add(record)
        return judge.end(outcomes: [record.outcome: 1], total: 1, obstacle: nil).exitCode != .passed
    }
}
