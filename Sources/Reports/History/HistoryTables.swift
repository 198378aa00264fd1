import Fleet
import FoundationEssentials
import Platform
public import RemoteKit

/// What the verbs about the history print.
public struct HistoryTables: Sendable {
    private let style: Style
    /// Seconds since 1970.
    private let now: Double

    public init(style: Style, now: Double) {
        self.style = style
        self.now = now
    }

    // MARK: runs

    /// A line a run, latest first, and the trend of the full ones.
    /// - Parameter showsProject: whether runs of several projects are in it.
    public func runs(_ runs: [RunHistory.Run], showsProject: Bool) -> ScreenText {
        var table = DataTable(["run"] + (showsProject ? ["project"] : []) + ["age", "host", "branch", "commit", "files", "passed", "failed", "kept out", "untested", "rate", "change", ""])
        for (index, run) in runs.enumerated() {
            let earlier = runs[(index + 1)...].first { $0.isFull && $0.project == run.project && $0.engine == run.engine }
            let change: DataTable.Cell = if run.isFull, let earlier { .number(Self.change(run.passed - earlier.passed)) } else { .none }
            table.add([.text(run.run)] + (showsProject ? [.text(run.project)] : [])
                + [.number(age(run.startedAt)), .text(run.host), Self.text(run.branch), commit(run.commit, CommitMark.of(dirty: run.dirty)), .number(Human.count(run.total)),
                   .number(Human.count(run.passed)), .number(Human.count(run.failed)), .number(Human.count(run.keptOut)), .number(Human.count(run.untested)),
                   .number(Human.percent(run.passed, of: run.total)), change, .text(note(run))])
        }
        return ScreenText(table.text(style) + trend(runs), style)
    }

    private func note(_ run: RunHistory.Run) -> String {
        let how = run.ended == nil ? "not ended" : run.ended == "drained" ? nil : run.ended
        return [run.isFull ? nil : how ?? "not the whole suite", run.flaky > 0 ? "\(Human.count(run.flaky)) flaky" : nil].compactMap(\.self).joined(separator: ", ")
    }

    private static func change(_ files: Int) -> String { files == 0 ? "=" : (files > 0 ? "+" : "") + Human.count(files) }

    /// One cell a full run, oldest first, from the lowest rate to the highest.
    private func trend(_ runs: [RunHistory.Run]) -> String {
        guard let first = runs.first(where: \.isFull) else { return "" }
        let rates = runs.filter { $0.isFull && $0.project == first.project && $0.engine == first.engine }.map(\.passRate).reversed()
        guard rates.count > 1, let low = rates.min(), let high = rates.max() else { return "" }
        let cells = rates.suffix(60).map { style.cell(high > low ? ($0 - low) / (high - low) : 1) }
        return "\npass rate of \(Human.count(cells.count)) full runs: \(String(cells))  (\(Human.fixed(low * 100, 1)) to \(Human.fixed(high * 100, 1)) %)\n"
    }

    // MARK: a file

    /// A file's past, or that of one of its records.
    public func past(_ past: RunHistory.FilePast) -> ScreenText {
        let full = past.runs.filter(\.isFull)
        var head = style.paint(SafeText.line(past.file, limit: 300), .bold) + ": "
        if past.runs.contains(where: { $0.record != nil }) {
            let states = full.compactMap(\.record), known = states.filter { $0 == .failed || $0 == .passed }
            head += "the record failed in \(Human.count(states.count { $0 == .failed })) of \(Human.count(known.count, "full run"))\n"
            if let sql = past.sql { head += SafeText.lines(sql, limit: 8, width: 200).map { "    \($0)\n" }.joined() }
        } else {
            head += "failed in \(Human.count(full.count { $0.outcome.isFailure })) of \(Human.count(full.count, "full run"))\n"
        }
        var table = DataTable(["run", "age", "branch", "commit", "outcome", "time", "CPU", "errors", "what"])
        for run in past.runs {
            let word = run.record.map { $0 == .failed ? "failed" + (run.line.map { " at \($0)" } ?? "") : $0.rawValue.replacing("-", with: " ") } ?? run.outcome.word
            table.add([.text(run.run + (run.isFull ? "" : " (partial)")), .number(age(run.startedAt)), Self.text(run.branch), commit(run.commit), .text(word),
                       Self.time(run.duration), Self.time(run.cpu), .number(Human.count(run.errors)), Self.text(run.message)])
        }
        return ScreenText(head + "\n" + table.text(style), style)
    }

    // MARK: groups of failures

    public func failures(_ groups: RunHistory.FailureGroups, by grouping: RunHistory.Grouping) -> ScreenText {
        guard let run = groups.run else { return ScreenText("", style) }
        guard !groups.groups.isEmpty else { return ScreenText("no file failed in run \(run)\n", style) }
        var table: DataTable
        switch grouping {
        case .file:
            table = DataTable(["failures", "consequences", "outcome", "file", "first"])
            for group in groups.groups { table.add([.number(Human.count(group.failures)), .number(Human.count(group.consequences)), .text(group.outcome?.word ?? "-"), .text(group.key), .text(group.message)]) }
        case .category:
            table = DataTable(["category", "failed files", "of", "failures", "consequences", "such as"])
            for group in groups.groups {
                table.add([.text(group.key), .number(Human.count(group.files)), .number(Human.count(group.total ?? 0)), .number(Human.count(group.failures)),
                           .number(Human.count(group.consequences)), .text(group.example)])
            }
        case .message, .kind:
            table = DataTable(["failures", "consequences", "files", grouping.rawValue, "such as"])
            for group in groups.groups {
                table.add([.number(Human.count(group.failures)), .number(Human.count(group.consequences)), .number(Human.count(group.files)), .text(group.key), .text(group.example)])
            }
        }
        return ScreenText("failures of run \(run), by \(grouping.rawValue)\n\n" + table.text(style), style)
    }

    // MARK: durations

    public func slow(_ files: [RunHistory.SlowFile], run: String) -> ScreenText {
        var table = DataTable(["time", "median", "CPU", "median CPU", "runs", "outcome", "file"])
        for file in files {
            table.add([Self.time(file.duration), Self.time(file.medianDuration), Self.time(file.cpu), Self.time(file.medianCPU), .number(Human.count(file.runs)),
                       .text(file.outcome.word), .text(file.file)])
        }
        return ScreenText("slowest files of run \(SafeText.line(run, limit: 64)); medians are of earlier full runs, at most 20\n\n" + table.text(style), style)
    }

    public func untested(_ files: [RunHistory.UntestedFile], count: Int, run: String?) -> ScreenText {
        guard count > 0 else { return ScreenText("every file of the suite was tested in \(run.map { "run \($0)" } ?? "the last full run")\n", style) }
        var table = DataTable(["last tested", "then", "now", "file", "why"])
        for file in files {
            table.add([file.lastTestedAt.map { .number(age($0) + " ago") } ?? .text("never"), Self.text(file.lastOutcome?.word), Self.text(file.outcome?.word ?? "no record"), .text(file.file), Self.text(file.reason)])
        }
        let left = count - files.count
        let more = left > 0 ? "… and \(Human.count(left)) more; use --limit \(count)\n" : ""
        return ScreenText("\(Human.count(count, "file")) \(run.map { "without a verdict in the last full run, \($0)" } ?? "that no full run has tested")\n\n" + table.text(style) + more, style)
    }

    // MARK: cells

    private func age(_ time: Double) -> String { Human.duration(max(0, now - time)) }

    private static func text(_ text: String?) -> DataTable.Cell { text.map { $0.isEmpty ? .none : .text($0) } ?? .none }
    private static func time(_ seconds: Double?) -> DataTable.Cell { seconds.map { .number($0 < 0.95 ? Human.fixed($0, 3) + "s" : Human.duration($0)) } ?? .none }

    private func commit(_ commit: String?, _ mark: String = "") -> DataTable.Cell {
        guard let commit, !commit.isEmpty else { return .none }
        return .text(String(commit.prefix(10)) + mark)
    }
}
