public import Fleet

/// What a run came to, at its end.
public struct RunReport: Sendable {
    public var status: RunStatus
    /// Records that are not `pass`, in the order they are to be shown; others are passed over.
    public var records: [FileRecord]
    /// Files that were kept out, with reasons; used for the words, the count is the `skipped` records'.
    public var blocked: [BlockedFile]
    /// Records of files that passed and failed on the same sources; some of them when there are many.
    public var flaky: [FileRecord]
    public var host: String
    /// Where the fetched results are, or `nil` if they were not fetched.
    public var results: String?
    /// The most failures shown.
    public var failuresShown: Int

    public init(status: RunStatus, records: [FileRecord], blocked: [BlockedFile] = [], flaky: [FileRecord] = [], host: String,
                results: String? = nil, failuresShown: Int = 10) {
        self.status = status.clamped()
        self.records = records
        self.blocked = blocked
        self.flaky = flaky
        self.host = host
        self.results = results
        self.failuresShown = failuresShown
    }

    /// Below this use of the host's cores the summary says so.
    public static let lowUtilisation = 0.7

    /// The whole text, lines ended by `\n`.
    public func text(_ style: Style, now: Double) -> String {
        let parts = [headline(style, now), counts(style), figures(style, now), flakyFiles(style), failures(style), next(style)]
        return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }

    // MARK: Parts

    private func headline(_ style: Style, _ now: Double) -> [String] {
        let run = "run \(SafeText.line(status.id, limit: 64)) on \(SafeText.line(host, limit: 64))"
        let time = Human.duration(status.elapsed(at: now))
        let total = Human.count(status.total, "file")
        let blocked = status.outcomes[.skipped] ?? 0
        let untested = (status.outcomes[.untested] ?? 0) + status.missing
        let verdict: (String, Style.Paint)
        switch ExitCode.of(status) {
        case .passed where blocked == 0: verdict = ("all \(Human.count(status.passed, "file")) passed", .green)
        case .passed: verdict = ("\(Human.count(status.passed)) of \(total) passed", .green)
        case .testsFailed: verdict = ("\(Human.count(status.failed)) of \(total) failed", .red)
        default: verdict = ("incomplete, \(Human.count(status.passed)) of \(total) passed", .yellow)
        }
        let aside = [(untested, "untested"), (blocked, "blocked")].filter { $0.0 > 0 }.map { ", \(Human.count($0.0)) \($0.1)" }.joined()
        return [style.paint(verdict.0, verdict.1) + aside + " in \(time) (\(run))"]
    }

    /// A row for each outcome there is, and the four that a reader looks for in any case; they add up to the total.
    private func counts(_ style: Style) -> [String] {
        let always: Set<Outcome> = [.pass, .fail, .skipped, .untested]
        var rows = Outcome.allCases.compactMap { outcome -> String? in
            let count = status.outcomes[outcome] ?? 0
            guard count > 0 || always.contains(outcome) else { return nil }
            return row(outcome.word, count, style, count > 0 ? outcome.paint : nil)
        }
        if status.missing > 0 { rows.append(row("no record", status.missing, style, .red)) }
        let rate = "pass rate \(Human.percent(status.passed, of: status.total)), of all files found"
        rows.append(row("total", status.total, style, nil) + "   " + rate)
        if status.done > status.total {
            rows.append(style.paint("  error: \(Human.count(status.done, "record")) for \(Human.count(status.total, "file")); the run directory is damaged", .red))
        }
        return rows + blockedReasons()
    }

    private func row(_ word: String, _ count: Int, _ style: Style, _ paint: Style.Paint?) -> String {
        style.paint("  " + Columns.left(word, 15) + Columns.right(Human.count(count), 9), paint)
    }

    private func blockedReasons() -> [String] {
        let shown = blocked.prefix(5).map { "  blocked: \(SafeText.line($0.path, limit: 200)) (\(SafeText.line($0.reason, limit: 200)))" }
        let left = blocked.count - shown.count
        return shown + (left > 0 ? ["  … and \(Human.count(left)) more blocked"] : [])
    }

    private func figures(_ style: Style, _ now: Double) -> [String] {
        let elapsed = status.elapsed(at: now)
        var lines = ["\(Human.count(status.tests, "test")) run, \(Human.count(status.skippedRecords)) skipped"
            + (elapsed > 0 ? ", \(Human.rate(Double(status.tests) / elapsed))" : "")
            + "; \(Human.count(status.workersWanted, "worker")), \(Human.count(status.restarts)) replaced"]
        if let flaky = status.flaky, flaky > 0 {
            lines.append(style.paint("\(Human.count(flaky, "file")) passed and failed on the same sources (flaky)", .yellow))
        }
        if let iteration = status.iteration { lines.append("\(Human.count(iteration, "iteration")) begun") }
        if let use = status.use, use.wanted > 0 { lines.append(workers(use)) }
        if let use = status.utilisation {
            lines.append("CPU \(Human.percent(use)) of the host's cores on average")
            if use < Self.lowUtilisation {
                lines.append(style.paint("warning: the host was not busy; more workers, or a few long files held the end up", .yellow))
            }
        }
        return lines
    }

    /// `workers busy 94 % of the time; lost to start-up 0.2 %, claims 0.4 %, the tail 5.4 %`
    private func workers(_ use: FleetUse) -> String {
        let lost = [("start-up", use.startup), ("claims", use.claims), ("the tail", use.tail), ("pauses", use.paused)]
            .filter { $0.1 > 0.0005 * use.wanted }.map { "\($0.0) \(Human.fixed($0.1 / use.wanted * 100, 1)) %" }
        return "workers busy \(Human.fixed((use.share ?? 0) * 100, 1)) % of the time" + (lost.isEmpty ? "" : "; lost to " + lost.joined(separator: ", "))
    }

    /// `  test/a.test: passed in 3 of 4 runs; line 12 failed in 1`
    private func flakyFiles(_ style: Style) -> [String] {
        guard !flaky.isEmpty else { return [] }
        let lines = flaky.prefix(failuresShown).map { record -> String in
            var text = "  " + SafeText.line(record.file, limit: 300)
            if let runs = record.runs { text += ": passed in \(Human.count(runs.passed)) of \(Human.count(runs.passed.addingReportingOverflow(runs.failed).partialValue, "run"))" }
            let places = (record.flakyRecords ?? []).prefix(3).map { "line \(Human.count($0.line)) failed in \(Human.count($0.failed))" }
            return text + (places.isEmpty ? "" : "; " + places.joined(separator: ", "))
        }
        let left = max(status.flaky ?? 0, flaky.count) - lines.count
        return [style.paint("flaky files:", .yellow)] + lines + (left > 0 ? ["  … and \(Human.count(left)) more, in records.jsonl"] : [])
    }

    private func failures(_ style: Style) -> [String] {
        let bad = records.filter { ![.pass, .skipped, .untested].contains($0.outcome) }
        guard !bad.isEmpty else { return [] }
        var lines: [String] = []
        var shown = 0
        for record in bad where shown < failuresShown {
            let items = record.failures.prefix(failuresShown - shown)
            lines += items.isEmpty ? [head(record, nil, style)] + output(record) : items.flatMap { failure($0, of: record, style) }
            if record.errors > items.count, !items.isEmpty {
                lines.append("    … and \(Human.count(record.errors - items.count)) more in this file")
            }
            shown += max(1, items.count)
        }
        let files = max(bad.count, status.failed)
        return ["first failures, of \(Human.count(files, "file")):"] + lines
    }

    private func failure(_ failure: RecordFailure, of record: FileRecord, _ style: Style) -> [String] {
        let compared = failure.expected.isEmpty && failure.actual.isEmpty ? []
            : field("expected", failure.expected, 5) + field("got", failure.actual, 5)
        return [head(record, failure, style)] + field("sql", failure.sql, 2) + compared
    }

    private func head(_ record: FileRecord, _ failure: RecordFailure?, _ style: Style) -> String {
        let place = SafeText.line(record.file, limit: 300) + (failure.map { ":\($0.line)" } ?? "")
        let message = failure?.message ?? record.message ?? ""
        // What the worker says of want of memory begins with the outcome.
        let isSaid = record.outcome == .fail && failure != nil || message.hasPrefix(record.outcome.word + ":")
        let word = isSaid ? "" : record.outcome.word + (message.isEmpty ? "" : ": ")
        return "  " + style.paint(place, .bold) + ": " + word + SafeText.line(message, limit: 300)
    }

    private func output(_ record: FileRecord) -> [String] { record.output.map { field("output", $0, 5) } ?? [] }

    private func field(_ name: String, _ text: String, _ limit: Int) -> [String] {
        guard !text.isEmpty || name == "got" || name == "expected" else { return [] }
        let lines = text.isEmpty ? ["(nothing)"] : SafeText.lines(text, limit: limit, width: 200)
        return lines.enumerated().map { "      " + Columns.left($0.offset == 0 ? name : "", 10) + $0.element }
    }

    private func next(_ style: Style) -> [String] {
        let id = ShellWord.quoted(status.id)
        let at = ShellWord.quoted(host)
        let place = results.map { SafeText.line($0) } ?? "still on the host; slt-remote fetch --host \(at) \(id)"
        var lines = ["results: " + place]
        if status.missing + (status.outcomes[.untested] ?? 0) > 0 {
            lines.append("go on:   slt-remote run --host \(at) --resume \(id)")
        }
        if let first = records.first(where: { $0.outcome == .fail })?.file {
            lines.append("again:   slt-remote run --host \(at) \(ShellWord.quoted(first))")
        }
        return lines
    }
}

/// Words of a command line that a reader may paste into a shell.
enum ShellWord {
    /// In quotes where a shell would see more than a word; what cannot be printed is left to SafeText.
    static func quoted(_ word: String) -> String {
        let safe = SafeText.line(word, limit: 300)
        let isPlain = !safe.isEmpty && safe.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "-_./:@%+=,".utf8.contains($0)
        }
        return isPlain ? safe : "'" + safe.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
