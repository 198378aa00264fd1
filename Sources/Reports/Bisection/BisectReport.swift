import Fleet
import Platform
public import RemoteKit
public import TreeSync

/// What `bisect` prints: the commit, and what failed since then.
public struct BisectReport: Sendable {
    let outcome: BisectOutcome

    public init(_ outcome: BisectOutcome) { self.outcome = outcome }

    public func screen(_ style: Style) -> ScreenText { ScreenText(text(style), style) }

    public func text(_ style: Style) -> String {
        var lines: [String] = []
        if let commit = outcome.firstBad {
            lines.append(style.paint("first bad commit: \(SafeText.line(commit.commit, limit: 64))", .bold))
            lines += Self.details(commit)
        } else {
            lines.append(style.paint("the first bad commit is one of these \(Human.count(outcome.left.count)); the last one is bad, the others have no verdict:", .bold))
            lines += outcome.left.prefix(Self.listed).map { "  " + Self.brief($0) }
            if outcome.left.count > Self.listed { lines.append("  … and \(Human.count(outcome.left.count - Self.listed)) more; all of them with --json") }
        }
        if let good = outcome.lastGood { lines += ["", "before, at \(Self.brief(good)): what is looked at held, with the expected results"] }
        if let after = outcome.after { lines += ["after, at \(after.commit.prefix(10)):"] + failures(after, style) }
        return (lines + [""] + summary).joined(separator: "\n") + "\n"
    }

    private static let listed = 30

    private static func details(_ commit: GitRevisions.Description) -> [String] {
        [("author", commit.author), ("date", commit.date), ("subject", commit.subject)].map { "  " + Columns.left($0.0, 9) + SafeText.line($0.1, limit: 300) }
    }

    /// `0123456789 Subject`
    private static func brief(_ commit: GitRevisions.Description) -> String {
        "\(SafeText.line(String(commit.commit.prefix(10)), limit: 10)) \(SafeText.line(commit.subject, limit: 120))"
    }

    private func failures(_ trial: BisectTrial, _ style: Style) -> [String] {
        let files = trial.failures.map { ReportedFile($0.record, rows: $0.rows) }
        return Array(FailureSection(files: files, total: files.count, extent: .whole, all: "").lines(style, now: 0).dropFirst())
    }

    private var summary: [String] {
        var lines = ["tried \(Human.count(outcome.trials.count, "revision")) for \(Human.count(outcome.commits, "commit")), in \(Human.count(outcome.rounds, "round"))"]
        for (verdict, words) in [(BisectVerdict.skip, "without a verdict"), (.flaky, "flaky")] {
            let names = outcome.trials.filter { $0.verdict == verdict }.map { String($0.commit.prefix(10)) }
            if !names.isEmpty { lines.append("\(words): \(Self.list(names))") }
        }
        if !outcome.mended.isEmpty {
            lines.append("good though they contain a bad commit: \(Self.list(outcome.mended.map { String($0.prefix(10)) })); it was mended there, and broke again later")
        }
        return lines
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(10).joined(separator: ", ") + (names.count > 10 ? " and \(Human.count(names.count - 10)) more" : "")
    }

    // MARK: on the way

    /// `about 5 rounds of 4 builds`
    public static func effort(commits: Int, builds: Int) -> String {
        var left = commits, rounds = 0
        // The first one has the ends, too.
        if builds > 2, left > 1 { (left, rounds) = ((left + builds - 2) / (builds - 1), 1) } else { rounds = 1 }
        while left > 1 { (left, rounds) = ((left + builds) / (builds + 1), rounds + 1) }
        return "about \(Human.count(rounds, "round")) of \(Human.count(builds, "build"))"
    }

    /// What is being done, as in `building 0123456789`.
    public static func words(_ step: BisectStep) -> String {
        switch step {
        case .checkingOut: "checking out"
        case .syncing: "syncing"
        case .building: "building"
        case .rebuilding: "building from nothing"
        case .running: "running"
        case .repeating(let number): "running again (\(number))"
        }
    }

    /// `0123456789 bad    Subject: tests/a.test:12: wrong rows`
    public static func line(_ trial: BisectTrial, _ description: GitRevisions.Description?, _ style: Style) -> ScreenText {
        let colour: Style.Paint? = switch trial.verdict {
        case .good: .green
        case .bad: .red
        case .skip, .flaky: .yellow
        }
        let subject = description.map { " " + SafeText.line($0.subject, limit: 80) } ?? ""
        let why = trial.reason ?? trial.failures.first.map { failure in
            let file = ReportedFile(failure.record, rows: failure.rows)
            return "\(file.place): \(file.title)"
        }
        let words = Columns.left(trial.verdict.rawValue, 5)
        return ScreenText("\(trial.commit.prefix(10)) \(style.paint(words, colour))\(subject)\(why.map { ": " + SafeText.sentence($0, limit: 300) } ?? "")", style)
    }
}
