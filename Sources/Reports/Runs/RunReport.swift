public import Fleet
import Platform
public import RemoteKit

/// What a run came to, at its end.
public struct RunReport: Sendable {
    public var status: RunStatus
    /// Files that failed, sorted by name; the first of them when there are many.
    public var failures: [ReportedFile]
    /// Files that were not run, with reasons; some of them when there are many. The counts are the status's.
    public var keptOut: [KeptOutFile]
    /// Files that were not run because they have passed before; none where only their number is known.
    public var cached: [RunDetails.File] = []
    /// Records of files that passed and failed on the same sources; some of them when there are many.
    public var flaky: [FileRecord]
    /// Records of files that were run in parts; some of them when there are many.
    public var parted: [FileRecord] = []
    public var host: String
    /// Those that shared it; empty where one host had it.
    public var hosts: [String] = []
    /// Where the fetched results are, or `nil` if they were not fetched.
    public var results: String?
    /// Whether everything is shown that is known, not only what fits on a page or two.
    public var isWhole = false
    /// What a reader has to know before the figures.
    public var caveat: String?
    /// What the run comes to by the failures that were known when it started.
    public var judgement: Judgement?
    /// What commands that are named need to be about the same project.
    public var options: [String] = []
    /// Leads from where the user stands in the tree to its top, `../` for each folder: names on a command line start there.
    public var upwards = ""
    /// Whether its files could not reach out of their database: then they are not to in the next one.
    public var isConfined = false

    /// - Parameters:
    ///   - status: where the run stands.
    ///   - failures: in any order.
    public init(status: RunStatus, failures: [ReportedFile], keptOut: [KeptOutFile] = [], flaky: [FileRecord] = [], host: String, results: String? = nil) {
        self.status = status
        self.failures = failures.filter(\.record.outcome.isFailure).sorted { ($0.record.file, $0.record.id) < ($1.record.file, $1.record.id) }
        self.keptOut = keptOut
        self.flaky = flaky
        self.host = host
        self.results = results
    }

    /// All that is known of a run on this machine.
    public init(_ run: ReportedRun) {
        self.init(status: run.status, failures: run.all, keptOut: run.keptOut, flaky: run.flaky, host: run.host, results: run.details.folder.origin)
        options = run.options
        hosts = run.hosts
        upwards = run.upwards
        isConfined = run.spec.engine.system == false
        isWhole = true
        caveat = run.caveat
        judgement = run.judgement
        cached = run.cached
        parted = run.parted
    }

    /// Findings of a kind that are listed.
    var failuresShown: Int { isWhole ? 1 << 20 : 10 }

    /// Seconds below which a run's use says more of the sampling than of the run.
    public static let shortest = 2.0

    /// Below this use of the host's cores the summary says so.
    public static let lowUtilisation = 0.7

    /// The whole text, lines ended by `\n`.
    public func text(_ style: Style, now: Double) -> String {
        let parts = [headline(style, now), counts(style), figures(style, now), knownFailures(style), flakyFiles(style), failureSection.lines(style, now: now),
                     knownSection.lines(style, now: now), next(style)]
        return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }

    // MARK: Parts

    /// What the run came to, in a few words: `3 of 59 files failed`.
    var verdict: (words: String, paint: Style.Paint) {
        let total = Human.count(status.total, "file"), keptOut = status.keptOut
        switch (judgement?.exitCode ?? ExitCode.of(status)).proven(in: status) {
        case .passed where status.failed > 0: return (knownVerdict(total), .green)
        case .testsFailed where status.failed == knownFiles && status.flakyRule == .fail && status.flaky ?? 0 > 0:
            return ("\(Human.count(status.flaky ?? 0)) of \(total) flaky, and that fails this run", .red)
        case .testsFailed where status.failed == knownFiles: return ("files were not run that should have been, \(Human.count(status.passed)) of \(total) passed", .red)
        case .testsFailed where knownFiles > 0: return ("\(Human.count(status.failed)) of \(total) failed, \(Human.count(knownFiles)) of them as known", .red)
        case .passed where keptOut == 0: return ((status.passed == 1 ? "" : "all ") + "\(Human.count(status.passed, "file")) passed", .green)
        case .passed: return ("\(Human.count(status.passed)) of \(total) passed", .green)
        case .testsFailed: return ("\(Human.count(status.failed)) of \(total) failed", .red)
        case .engine: return ("the engine cannot be used, \(Human.count(status.passed)) of \(total) passed", .red)
        case _ where keptOut == status.total && keptOut > 0: return ("no tests were run", .yellow)
        default: return ("incomplete, \(Human.count(status.passed)) of \(total) passed", .yellow)
        }
    }

    private func headline(_ style: Style, _ now: Double) -> [String] {
        let run = "run \(status.id) on \(SafeText.line(host, limit: 64))"
        let time = Human.duration(status.elapsed(at: now))
        // A run whose files are all kept out has passed nothing.
        if status.keptOut == status.total, status.total > 0 {
            let what = status.total == 1 ? "the only file is blocked, unsupported or has no tests" : "all of \(Human.count(status.total, "file")) are blocked, unsupported or have no tests"
            return note(style) + [style.paint(verdict.words, verdict.paint) + ": \(what), in \(time) (\(run))"]
        }
        let untested = (status.outcomes[.untested] ?? 0) + status.missing
        let aside = [(untested, "untested")] + [Outcome.blocked, .unsupported, .skipped].map { (status.outcomes[$0] ?? 0, $0.word) }
        let words = aside.filter { $0.0 > 0 }.map { ", \(Human.count($0.0)) \($0.1)" }.joined()
        return note(style) + [style.paint(verdict.words, verdict.paint) + words + " in \(time) (\(run))"]
    }

    private func note(_ style: Style) -> [String] { caveat.map { [style.paint("note: \($0)", .yellow)] } ?? [] }

    /// A row for each outcome there is, and those that a reader looks for in any case; they add up to the total.
    private func counts(_ style: Style) -> [String] {
        let always: Set<Outcome> = [.pass, .fail, .blocked, .unsupported, .skipped, .untested]
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
        return rows + keptOutReasons()
    }

    private func row(_ word: String, _ count: Int, _ style: Style, _ paint: Style.Paint?) -> String {
        style.paint("  " + Columns.left(word, 15) + Columns.right(Human.count(count), 9), paint)
    }

    private func keptOutReasons() -> [String] {
        let shown = keptOut.prefix(isWhole ? .max : 5).map { "  \($0.outcome.word): \(SafeText.line($0.path, limit: 200)) (\(SafeText.line($0.reason, limit: 200)))" }
        let left = max(status.keptOut, keptOut.count) - shown.count
        return shown + (left > 0 && !shown.isEmpty ? ["  … and \(Human.count(left)) more that were not run"] : [])
    }

    private func figures(_ style: Style, _ now: Double) -> [String] {
        let elapsed = status.elapsed(at: now)
        var lines = status.partialSync == true
            ? [style.paint("warning: the sync was partial (--allow-partial); some files were tested as they were before", .yellow)] : []
        // Those of files from the cache are among them.
        let isCached = status.cache.map { $0.taken > 0 } ?? false
        lines += ["\(Human.count(status.tests, "test"))\(isCached ? "" : " run"), \(Human.count(status.skippedRecords)) skipped"
            + (elapsed > 0 && !isCached ? ", \(Human.rate(Double(status.tests) / elapsed))" : "")
            + "; \(Human.count(status.workersWanted, "worker")), \(Human.count(status.restarts)) replaced"]
        lines += cacheLines(style)
        if let flaky = status.flaky, flaky > 0, status.flakyRule != .pass {
            lines.append(style.paint("\(Human.count(flaky, "file")) passed and failed on the same sources (flaky)", .yellow))
        }
        if let refused = status.retriesRefused, refused > 0 {
            lines.append(style.paint("warning: \(Human.count(refused, "failed file")) \(refused == 1 ? "was" : "were") not run again: the \(Human.count(status.retries ?? 0, "retry", "retries")) of the run"
                + " were used up ('retries-total' in [run])", .yellow))
        }
        if let other = status.resumedOn?.last {
            let words = SafeText.line("\(status.source?.words ?? ""), then \(other.words)", limit: 300)
            lines.append(style.paint("warning: the run was resumed on other sources: \(words)", .yellow))
        }
        lines += keptDatabases(style)
        lines += partedFiles
        if let iteration = status.iteration { lines.append("\(Human.count(iteration, "iteration")) begun") }
        if let use = status.use, use.wanted > 0, elapsed >= Self.shortest { lines.append(workers(use)) }
        if let use = status.utilisation, elapsed >= Self.shortest {
            lines.append("CPU \(Human.percent(use)) of the host's cores on average")
            if use < Self.lowUtilisation {
                lines.append(style.paint("warning: the host was not busy; more workers, or a few long files held the end up", .yellow))
            }
        }
        return lines + kinds
    }

    private func keptDatabases(_ style: Style) -> [String] {
        let databases = (failures.map(\.record) + flaky).compactMap(\.database)
        let kept = databases.count { $0.open != nil }, others = databases.filter { $0.open == nil }
        var lines = kept > 0 ? ["databases of \(Human.count(kept, "failing file")) stay on \(SafeText.line(host, limit: 64)) with the run; the commands that open them are for a shell there"] : []
        if let first = others.first?.note {
            lines.append(style.paint("warning: databases of \(Human.count(others.count, "failing file")) were not kept: \(SafeText.line(first, limit: 300))", .yellow))
        }
        return lines
    }

    /// `test/long.test was run in 8 parts by 2 workers`
    private var partedFiles: [String] {
        let lines = parted.prefix(isWhole ? .max : 5).compactMap { record in
            record.parts.map { "\(SafeText.line(record.file, limit: 200)) was run in \(Human.count($0.count, "part")) by \(Human.count($0.workers, "worker"))" }
        }
        return lines + (parted.count > lines.count ? ["… and \(Human.count(parted.count - lines.count)) more files in parts"] : [])
    }

    private var kinds: [String] { failures.count >= status.failed ? FailureKind.words(in: failures).map { ["failed records: \($0)"] } ?? [] : [] }

    /// `workers busy 94 % of the time; lost to start-up 0.2 %, claims 0.4 %, the tail 5.4 %`
    private func workers(_ use: FleetUse) -> String {
        let lost = [("start-up", use.startup), ("claims", use.claims), ("the tail", use.tail), ("pauses", use.paused)]
            .filter { $0.1 > 0.0005 * use.wanted }.map { "\($0.0) \(Human.fixed($0.1 / use.wanted * 100, 1)) %" }
        return "workers busy \(Human.fixed((use.share ?? 0) * 100, 1)) % of the time" + (lost.isEmpty ? "" : "; lost to " + lost.joined(separator: ", "))
    }

    /// `  test/a.test: passed in 3 of 4 runs; line 12 failed in 1`
    private func flakyFiles(_ style: Style) -> [String] {
        guard !flaky.isEmpty, status.flakyRule != .pass else { return [] }
        let lines = flaky.prefix(isWhole ? .max : 10).map { record -> String in
            var text = "  " + SafeText.line(record.file, limit: 300)
            if let runs = record.runs { text += ": passed in \(Human.count(runs.passed)) of \(Human.count(runs.passed.addingReportingOverflow(runs.failed).partialValue, "run"))" }
            let places = (record.flakyRecords ?? []).prefix(3).map { "line \(Human.count($0.line)) failed in \(Human.count($0.failed))" }
            return text + (places.isEmpty ? "" : "; " + places.joined(separator: ", "))
        }
        let left = max(status.flaky ?? 0, flaky.count) - lines.count
        return [style.paint("flaky files:", .yellow)] + lines + (left > 0 ? ["  … and \(Human.count(left)) more: \(reportCommand)"] : [])
    }

    private var failureSection: FailureSection {
        FailureSection(files: failuresByKnowledge.new, total: status.failed - knownFiles, upwards: upwards, extent: isWhole ? .whole : .brief, all: reportCommand)
    }

    /// Files of which all that fails is known to, in full; a summary only counts them.
    private var knownSection: FailureSection {
        var section = FailureSection(files: isWhole ? failuresByKnowledge.known : [], total: knownFiles, upwards: upwards, extent: .whole, all: reportCommand)
        section.noun = "known failing file"
        return section
    }

    private var command: CommandWords { CommandWords(host: host, hosts: hosts, options: options) }
    private var reportCommand: String { command.text("report", status.id) }

    private func next(_ style: Style) -> [String] {
        let place = results.map { SafeText.line($0) } ?? "still on the host; \(command.text("fetch", status.id))"
        var lines = ["results: " + place]
        if status.missing + (status.outcomes[.untested] ?? 0) > 0 {
            lines.append("resume:  " + command.text("run", "--resume", status.id))
        }
        if let first = failuresByKnowledge.new.first?.record.file {
            let kept = isConfined ? ["--no-system"] : []
            lines.append("again:   " + command.text(["run"], kept + [upwards + Glob.literal(first)]))
            if status.failed > 1 { lines.append("         " + command.text(["run"], kept + ["--failed"])) }
        }
        return lines
    }
}

extension RunReport {
    public func screen(_ style: Style, now: Double) -> ScreenText { ScreenText(text(style, now: now), style) }
}
