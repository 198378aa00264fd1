/// What came of a file that was run again after failures, on the same sources and in the same worker.
struct RetriedExecution {
    private(set) var last: FileExecution
    private var failed: [FileExecution] = []
    private var runs = 1

    init(_ first: FileExecution) {
        last = first
        if first.outcome == .fail { failed.append(first) }
    }

    /// Only failures are tried again: a file that cannot be read will not be readable a moment later.
    func wantsMore(than retries: Int) -> Bool { last.outcome == .fail && runs <= retries }

    mutating func add(_ execution: FileExecution) {
        runs += 1
        last = execution
        if execution.outcome == .fail { failed.append(execution) }
    }

    /// Says in the record what the runs came to. One that passed in the end counts as passed, is called flaky, and keeps
    /// the failures of its first run.
    func complete(_ record: inout FileRecord) {
        guard runs > 1 else { return }
        let passed = runs - failed.count
        record.runs = RunCounts(passed: passed, failed: failed.count)
        guard last.outcome == .pass, let first = failed.first else { return }
        record.flaky = true
        record.failures = first.failures
        record.errors = first.errors
        record.message = "flaky: passed on retry \(runs - 1); before: \(first.message ?? "failed")"
        var lines: [Int: Int] = [:]
        for execution in failed { for line in Set(execution.failures.map(\.line)) { lines[line, default: 0] += 1 } }
        record.flakyRecords = FlakyRecord.among(lines, runs: runs)
    }
}
