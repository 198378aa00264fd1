import Fleet

/// Whether a file fails, by what was known to fail when its run began.
struct VerdictJudge: Sendable {
    /// That of the run, which has seen nothing: each file is judged by a copy.
    private let judge: Judge?

    /// - Parameter run: the name of the run, which begins with its day.
    init(_ known: KnownFailures?, _ configuration: Configuration, run: String) {
        judge = known.map { Judge($0, day: CalendarDay.of(run: run) ?? "", stopsAtFailure: configuration.engine.dialect == "rs") }
    }

    func fails(_ record: FileRecord) -> Bool {
        guard record.outcome.isFailure, var judge else { return record.outcome.isFailure }
        judge.add(record)
        return judge.end(outcomes: [record.outcome: 1], total: 1, obstacle: nil).exitCode != .passed
    }
}
