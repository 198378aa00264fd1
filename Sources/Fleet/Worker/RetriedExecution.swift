/// What came of a file that was run again after failures, on the same sources and in the same worker.
struct RetriedExecution {
    private(set) var last: FileExecution
    private var failed: [FileExecution] = []
    private var runs = 1
    /// How often records were tried again by their own script, in all runs.
    private(set) var triesOfRecords = 0

    init(_ first: FileExecution) {
        last = first
        if first.outcome == .fail { failed.append(first) }
        triesOfRecords = first.triesOfRecords
    }

    /// The rows of the run whose failures the record has.
    var rows: [FailureRows] { last.outcome == .pass ? failed.first?.rows ?? [] : last.rows }

    /// Only failures are tried again: a file that cannot be read will not be readable a moment later.
    func wantsMore(than retries: Int) -> Bool { last.outcome == .fail && runs <= retries }

    mutating func add(_ execution: FileExecution) {
        runs += 1
        last = execution
        if execution.outcome == .fail { failed.append(execution) }
        triesOfRecords += execution.triesOfRecords
    }

    /// Says in the record what the runs came to. One that passed in the end counts as passed, is called flaky, and keeps
    /// the failures of its first run. A record that failed in some of the runs only is told in any case.
    func complete(_ record: inout FileRecord) {
        guard runs > 1 else { return completeSingle(&record) }
        let passed = runs - failed.count
        record.runs = RunCounts(passed: passed, failed: failed.count)
        var tally = RecordTally()
        for execution in failed { tally.add(execution) }
        if last.outcome == .pass { tally.add(last) }
        record.flakyRecords = tally.flaky
        guard last.outcome == .pass, let first = failed.first else { return }
        record.flaky = true
        record.failures = first.failures
        record.errors = first.errors
        record.consequences = first.consequences
        record.database = first.database
        record.message = "flaky: passed on retry \(runs - 1); before: \(first.message ?? "failed")"
    }

    /// A file that passed is flaky, too, when a record in it failed and held at a further try.
    private func completeSingle(_ record: inout FileRecord) {
        record.flakyRecords = last.flakyRecords
        guard last.outcome == .pass, let first = last.flakyRecords?.first else { return }
        record.flaky = true
        record.message = "flaky: the record at line \(first.line) passed at try \(first.runs)"
    }
}

extension FileExecution {
    fileprivate var triesOfRecords: Int { (flakyRecords ?? []).reduce(0) { $0 + min(max(0, $1.runs - 1), 1 << 20) } }
}

extension RecordTally {
    fileprivate mutating func add(_ execution: FileExecution) {
        add(execution.failures, errors: execution.errors, stoppedAt: execution.stoppedAt, tried: execution.flakyRecords ?? [])
    }
}
