import Fleet
import Platform
public import RemoteKit

/// What is different between two runs, for a terminal or a log.
public struct ComparisonReport: Sendable {
    let pair: RunPair
    /// The most lines of a list.
    public var shown = 50

    public init(_ pair: RunPair) { self.pair = pair }

    public func screen(_ style: Style) -> ScreenText { ScreenText(text(style), style) }

    /// The whole text, lines ended by `\n`.
    public func text(_ style: Style) -> String {
        ([head(style)] + lists(style) + [[verdict(style)]]).filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }

    // MARK: head

    private func head(_ style: Style) -> [String] {
        [side("A", pair.earlier), side("B", pair.later)] + pair.cautions.map { style.paint("warning: \(Self.words($0))", .yellow) }
    }

    private func side(_ name: String, _ side: RunPair.Side) -> String {
        let source = [side.source?.branch, side.source?.commit.map { String($0.prefix(10)) + CommitMark.of(dirty: side.source?.dirty) }].compactMap(\.self).filter { !$0.isEmpty }
        let parts = ["run \(side.run) of \(side.project) on \(side.host)", source.isEmpty ? "commit not known" : source.joined(separator: " "), engine(side),
                     "\(Human.count(side.passed)) of \(Human.count(side.total, "file")) passed, \(Human.count(side.failed)) failed"]
        return "\(name): " + parts.map { SafeText.line($0, limit: 200) }.joined(separator: "; ")
    }

    private func engine(_ side: RunPair.Side) -> String {
        guard let engine = side.engine else { return "engine \(side.engineKind.rawValue), version not known" }
        return "engine \(engine.name)" + (engine.version.map { " \($0)" } ?? "") + (engine.digest.map { " (\($0.prefix(8)))" } ?? "")
    }

    static func words(_ caution: RunPair.Caution) -> String {
        switch caution {
        case .sameRun: "A and B are the same run"
        case .reversed: "A is the later of the two runs"
        case .project: "the runs are of different projects"
        case .sameSources: "both runs tested the same sources; what differs comes from elsewhere, or is flaky"
        case .engine: "the runs had different engines; differences may come from that"
        case .engineUnknown: "it is not known whether the runs had the same engine"
        case .suite: "the runs had different dialects or labels; the same files test other things"
        case .host: "the runs were on different hosts; CPU times are not compared"
        case .earlierIsPartial: "A is not a full run; files that are not in it are not listed as new"
        case .laterIsPartial: "B is not a full run; files that are not in it are not listed as disappeared"
        }
    }

    // MARK: lists

    private func lists(_ style: Style) -> [[String]] {
        let found = pair.comparison
        return [
            changes("newly failing", found.newlyFailing, style, .red), changes("fixed", found.fixed, style, .green),
            changes("failing with another result", found.failingOtherwise, style, .yellow),
            changes("failing, and not seen in A", found.failingUnseen, style, .yellow),
            changes("flaky", found.flaky, style, .yellow), changes("no longer run", found.noLongerRun, style, .yellow),
            files("disappeared", found.disappeared, style), files("new", found.new, style), slower(style),
        ]
    }

    private func changes(_ title: String, _ changes: [RunComparison.Change], _ style: Style, _ paint: Style.Paint) -> [String] {
        list(title, changes.count, style, paint, changes.prefix(shown).map { change in
            let place = RecordPlace.text(change.file, change.line, script: change.script)
            let end = [change.further.map { "and \(Human.count($0)) more in this file" }, change.followers.map { "and \(Human.count($0)) that follow" }].compactMap(\.self)
            return style.paint(place, .bold) + ": " + what(change) + end.map { "; " + $0 }.joined()
        })
    }

    private func what(_ change: RunComparison.Change) -> String {
        var words: [String] = []
        if let before = change.before, let after = change.after, before != after { words.append("\(before.word), now \(after.word)") }
        if let kind = change.kind, kind != .other { words.append(kind.words) }
        let message = SafeText.line(change.message, limit: 200)
        if !message.isEmpty { words.append(message) }
        return words.isEmpty ? change.after?.word ?? "" : words.joined(separator: ": ")
    }

    private func files(_ title: String, _ names: [String], _ style: Style) -> [String] {
        list(title, names.count, style, .yellow, names.prefix(shown).map { SafeText.line($0, limit: 300) })
    }

    private func slower(_ style: Style) -> [String] {
        let lines = pair.comparison.slower.prefix(shown).map { file in
            SafeText.line(file.file, limit: 300) + ": \(Human.duration(file.before)) to \(Human.duration(file.after)) of CPU time"
                + (file.before > 0 ? ", \(Human.fixed(file.after / file.before, 1)) times" : "")
        }
        let all = pair.comparison.cpuRatio.flatMap { $0 >= 1.5 ? "all files together took \(Human.fixed($0, 1)) times the CPU time of A" : nil }
        return list("slower", pair.comparison.slower.count, style, .yellow, lines) + (all.map { [style.paint($0, .yellow)] } ?? [])
    }

    private func list(_ title: String, _ count: Int, _ style: Style, _ paint: Style.Paint, _ lines: [String]) -> [String] {
        guard count > 0 else { return [] }
        return [style.paint("\(title) (\(Human.count(count))):", paint)] + lines.map { "  " + $0 }
            + (count > lines.count ? ["  … and \(Human.count(count - lines.count)) more"] : [])
    }

    private func verdict(_ style: Style) -> String {
        let found = pair.comparison, still = found.stillFailing.count
        let parts = [(found.newlyFailing.count, "newly failing"), (found.fixed.count, "fixed"), (still, "still failing alike"), (found.slower.count, "slower")]
        let words = parts.map { "\(Human.count($0.0)) \($0.1)" }.joined(separator: ", ")
        return found.hasRegressions ? style.paint("B is worse than A: ", .red) + words : style.paint("nothing fails in B that held in A: ", .green) + words
    }
}
