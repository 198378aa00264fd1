import Fleet
import Platform
import RemoteKit

/// What the page's template names. Texts are as they are; the template escapes them. Drawings, styles, scripts and data are markup already.
struct PageModel {
    let nonce: String
    let style = PageStyle.text
    let script = PageScript.text
    let data: String

    let title: String
    let project: String
    let run: String
    let host: String
    /// `fail`, `pass` or `aside`.
    let tone: String
    /// The colour of the tab's icon: six hexadecimal digits.
    let icon: String
    let verdict: String
    let caveats: [String]
    /// The run in a line: engine, sources, when.
    let origin: [Fact]
    let bar: String
    let outcomes: [OutcomeRow]
    let figures: [Fact]
    let changes: ChangeSection?
    let noChanges: String?
    let groups: [GroupTable]
    let known: String?
    let flaky: [FileRow]
    let flakyMore: String?
    let slow: [FileRow]
    let timeline: TimelineSection?
    let trend: TrendSection?
    let keptOut: [ReasonRow]
    let keptOutMore: String?
    let identity: [Fact]
    let command: String?
    let configuration: String?

    /// A figure with its name, and what it is of.
    struct Fact {
        let name: String
        let value: String
        var note: String?
    }

    struct OutcomeRow {
        let word: String
        let count: String
        let tone: String
    }

    /// A file in one of the short tables.
    struct FileRow {
        let file: String
        let link: String
        let value: String
        var note: String?
        /// Of the longest one, in per cent.
        var share = ""
    }

    struct ReasonRow {
        let outcome: String
        let reason: String
        let count: String
    }

    init(_ report: HTMLReport, nonce: String) {
        let run = report.run, status = run.status
        let (start, end) = Self.times(run)
        let groups = FailureGroups(run.all)
        let words = PageVerdict(run)
        self.nonce = nonce
        data = PageData(run: run, groups: groups, start: start, now: report.now).json
        project = SafeText.line(run.spec.project ?? String(run.spec.workspace.split(separator: "/").last ?? "run"), limit: 100)
        self.run = run.spec.id
        host = SafeText.line(run.host, limit: 100)
        tone = words.tone
        icon = ["fail": "c8473c", "pass": "2f8f53"][words.tone] ?? "cfa24a"
        verdict = words.text
        title = "\(words.text): \(project)"
        caveats = words.caveats
        origin = Self.origin(run, start: start)
        bar = OutcomeBar(outcomes: status.outcomes, total: status.total).shapes
        outcomes = OutcomeBar.order.filter { (status.outcomes[$0] ?? 0) > 0 }.map {
            OutcomeRow(word: $0.word, count: Human.count(status.outcomes[$0] ?? 0), tone: OutcomeBar.tone($0))
        }
        figures = Self.figures(run, elapsed: end - start)
        changes = run.pair.map { ChangeSection($0, in: run) }
        noChanges = run.pair == nil ? "There is no earlier full run of this project to compare with." : nil
        self.groups = Self.groupTables(groups)
        flaky = run.flaky.prefix(Self.rows).map(Self.flakyRow)
        flakyMore = Self.more(run.flaky.count - flaky.count, "flaky file")
        slow = Self.slowest(run.details.files)
        timeline = TimelineSection(run, start: start, end: end)
        known = Self.known(run)
        trend = run.trend.count > 1 ? TrendSection(run.trend, current: run.spec.id) : nil
        (keptOut, keptOutMore) = Self.keptOut(run)
        identity = Self.identity(run, start: start, end: end)
        command = run.spec.context.map { SafeText.line($0.commandLine.joined(separator: " "), limit: 2000) }.flatMap { $0.isEmpty ? nil : $0 }
        configuration = run.spec.context.map { SafeText.block(String($0.configuration.prefix(60_000))) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Rows of a short table.
    static let rows = 12

    /// `and 3 more flaky files`; `nil` for none.
    static func more(_ count: Int, _ noun: String) -> String? { count > 0 ? "and \(Human.count(count, "more \(noun)"))" : nil }

    /// When the run began and ended, both something that can be subtracted.
    private static func times(_ run: ReportedRun) -> (Double, Double) {
        let bounded = { (time: Double?) in time.flatMap { $0.isFinite ? min(1e11, max(0, $0)) : nil } }
        let start = bounded(run.status.startedAt) ?? 0
        return (start, max(start, bounded(run.status.finishedAt) ?? start))
    }

    /// What the list of known failures came to, as a terminal tells it.
    private static func known(_ run: ReportedRun) -> String? {
        let lines = RunReport(run).knownFailures(Style(color: false, unicode: true, width: 1000))
        guard !lines.isEmpty else { return nil }
        let shown = lines.prefix(60)
        return shown.joined(separator: "\n") + (lines.count > shown.count ? "\n  … and \(Human.count(lines.count - shown.count, "line")) more" : "")
    }

    private static func flakyRow(_ record: FileRecord) -> FileRow {
        let runs = record.runs.map { "passed in \(Human.count($0.passed)) of \(Human.count($0.passed.addingReportingOverflow($0.failed).partialValue, "run"))" }
        let lines = (record.flakyRecords ?? []).prefix(3).map { "line \(Human.count($0.line)) failed in \(Human.count($0.failed))" }
        return FileRow(file: SafeText.line(record.file, limit: 300), link: PageLink.text(record.file), value: runs ?? "", note: lines.isEmpty ? nil : lines.joined(separator: ", "))
    }

    private static func slowest(_ files: [RunDetails.File]) -> [FileRow] {
        let sorted = files.filter { $0.duration.isFinite && $0.duration > 0 }.sorted { ($1.duration, $0.file) < ($0.duration, $1.file) }.prefix(rows)
        guard let longest = sorted.first?.duration else { return [] }
        return sorted.map { file in
            FileRow(file: SafeText.line(file.file, limit: 300), link: PageLink.text(file.file), value: PageTime.span(file.duration),
                    note: file.cpu.map { "CPU \(PageTime.span($0))" }, share: Human.fixed(file.duration / longest * 100, 1))
        }
    }

    /// Files that were not run, by their reasons, the most frequent first.
    private static func keptOut(_ run: ReportedRun) -> ([ReasonRow], String?) {
        var counts: [String: (outcome: Outcome, reason: String, files: Int)] = [:]
        let untested = run.details.records.filter { $0.outcome == .untested }.map { KeptOutFile(path: $0.file, reason: $0.message ?? "", outcome: .untested) }
        for file in run.keptOut + untested { counts[file.outcome.word + "\0" + file.reason, default: (file.outcome, file.reason, 0)].files += 1 }
        let sorted = counts.values.sorted { ($1.files, $0.outcome.word, $0.reason) < ($0.files, $1.outcome.word, $1.reason) }
        let rows = sorted.prefix(rows).map { ReasonRow(outcome: $0.outcome.word, reason: SafeText.line($0.reason, limit: 300), count: Human.count($0.files, "file")) }
        return (Array(rows), more(sorted.count - rows.count, "reason"))
    }
}
