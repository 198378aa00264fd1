import Platform
public import RemoteKit

/// What `flaky --settle` prints: a table of conditions, and what they say together.
public struct SettleReport: Sendable {
    let result: SettleJob.Settled
    /// How often it was to be run under each condition.
    let wanted: Int
    let commands: CommandWords

    public init(_ result: SettleJob.Settled, wanted: Int, commands: CommandWords) {
        self.result = result
        self.wanted = wanted
        self.commands = commands
    }

    public func screen(_ style: Style) -> ScreenText { ScreenText(text(style), style) }

    public func text(_ style: Style) -> String {
        let rows = [["condition", "failed", "runs", "rate, with 95 % certainty"]] + result.counts.map(Self.cells)
        let widths = (0..<4).map { column in rows.map { Columns.width($0[column]) }.max() ?? 0 }
        let table = rows.enumerated().map { number, cells in
            let line = cells.enumerated().map { $0.offset == 0 ? Columns.left($0.element, widths[0]) : Columns.right($0.element, widths[$0.offset]) }
            return style.paint("  " + line.joined(separator: "  "), number == 0 ? .dim : nil)
        }
        var lines = [style.paint(SafeText.line(result.file, limit: 300), .bold) + ": " + verdict, ""] + table
        let short = result.counts.filter { $0.runs < wanted }
        if !short.isEmpty { lines += ["", "the time was over before each condition had its \(Human.count(wanted, "run")); give more with --time"] }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func cells(_ count: SettleCount) -> [String] {
        guard count.runs > 0 else { return [words(count.condition), "-", "0", "no time was left"] }
        let rate = Human.percent(Double(count.failed) / Double(count.runs))
        return [words(count.condition), Human.count(count.failed), Human.count(count.runs), "\(rate), \(FlakyReport.range(count.interval))"]
    }

    public static func words(_ condition: SettleCondition) -> String {
        switch condition {
        case .alone: "alone"
        case .otherSeeds: "alone, with other seeds"
        case .afterOthers: "after other files, one at a time"
        case .besideOthers: "beside other files"
        case .several: "several copies at once, on a busy host"
        }
    }

    private func figures(_ condition: SettleCondition) -> String {
        result.counts.first { $0.condition == condition }.map { "\(Human.count($0.failed)) of \(Human.count($0.runs))" } ?? "not run"
    }

    /// `fails only beside other files: 7 of 40; alone 0 of 40`
    private var verdict: String {
        let verdict = result.verdict, runs = result.counts.reduce(0) { $0 + $1.runs }, failed = result.counts.reduce(0) { $0 + $1.failed }
        switch verdict.kind {
        case .never:
            let most = Human.fixed(WilsonInterval(failed: 0, runs: runs).high * 100, 1)
            return "did not fail in \(Human.count(runs, "run")); it may still fail in up to \(most) % of them (95 % certainty)"
        case .always: return "failed in each of \(Human.count(runs, "run")): it is not flaky here"
        case .byItself: return "fails by itself, whatever is run before or beside it: \(Human.count(failed)) of \(Human.count(runs)); alone \(figures(.alone))"
        case .depends:
            guard let condition = verdict.condition else { return "fails" }
            let also = verdict.also.map { "; also \(Self.words($0)): \(figures($0))" }.joined()
            return "fails \(verdict.isOnly ? "only" : "more often") \(Self.words(condition)): \(figures(condition))\(also); alone \(figures(.alone))"
        case .undecided where failed == 0: return "there was no time to say anything; give more with --time"
        case .undecided:
            let more = verdict.furtherRuns.map { "; \(Human.count($0, "more run")) of each condition would tell, at these rates: " + commands.text("flaky", "--settle", "--runs", "\(wanted + $0)", result.file) }
            return "failed \(Human.count(failed)) of \(Human.count(runs, "run")), which is too seldom to say under which condition\(more ?? "")"
        }
    }
}
