import FoundationEssentials
import Platform

/// What a person, or a program, is told of a file.
struct FileReport {
    var isColoured = false

    private enum Colour: String { case red = "31", green = "32", yellow = "33", bold = "1", dim = "2" }

    private func paint(_ text: String, _ colour: Colour) -> String {
        isColoured ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    // MARK: Text

    /// The failures with their SQL and the difference, then a line on the file.
    func text(_ verdict: FileVerdict, _ result: FileResult) -> String {
        var report = ""
        var index = 0
        // What follows from another failure is told below that one.
        let followers = Dictionary(grouping: verdict.failures.compactMap(\.causedBy)) { $0 }.mapValues(\.count)
        while index < verdict.failures.count {
            if verdict.failures[index].causedBy != nil {
                index += 1
                continue
            }
            var end = index + 1
            // All that is wrong with one query is one block.
            while end < verdict.failures.count, Self.areTogether(verdict.failures[end - 1], verdict.failures[end]) { end += 1 }
            report += block(verdict.failures[index..<end], result.file)
            let line = verdict.failures[index].recordLine
            index = end
            // Below the last block of its record.
            guard let line, let count = followers[line], index == verdict.failures.count || verdict.failures[index].recordLine != line else { continue }
            report += paint("    and \(count) more failure\(count == 1 ? " that follows" : "s that follow") from line \(line)", .yellow) + "\n"
        }
        let hidden = verdict.errors - verdict.failures.count
        if hidden > 0 { report += SafeLine.of("\(result.file): \(hidden) more errors not shown") + "\n" }
        if let line = verdict.haltLine { report += paint(SafeLine.of("\(result.file):\(line): halt"), .dim) + "\n" }
        return report + summary(verdict, result)
    }

    private static func areTogether(_ first: ScriptFailure, _ next: ScriptFailure) -> Bool {
        first.kind == .wrongValue && (next.kind == .wrongValue || isCount(next)) && first.sql == next.sql && first.file == next.file
            && !first.actual.isEmpty && next.line >= first.line
    }

    private static func isCount(_ failure: ScriptFailure) -> Bool { failure.kind == .tooManyRows || failure.kind == .tooFewRows }

    private func block(_ failures: ArraySlice<ScriptFailure>, _ file: String) -> String {
        guard let first = failures.first, let last = failures.last else { return "" }
        var text = heading(first, file)
        // The result with too many or too few rows shows the wrong ones too.
        let isWhole = failures.count > 1 && Self.isCount(last)
        if isWhole { text += heading(last, file) }
        if let hint = FailureHint.of(first) { text += paint("    " + hint, .yellow) + "\n" }
        if !first.sql.isEmpty { text += Self.indented(first.sql, "    ").map { paint($0, .dim) + "\n" }.joined() }
        for failure in isWhole ? failures.suffix(1) : failures {
            let lines = failures.count > 1 && !isWhole ? "\(failure.line): " : ""
            text += difference(failure, lines)
        }
        for notice in first.notices ?? [] { text += Self.indented(notice, "    ").map { paint($0, .yellow) + "\n" }.joined() }
        return text
    }

    /// An engine's message may have several lines.
    private func heading(_ failure: ScriptFailure, _ file: String) -> String {
        let message = failure.message.split(separator: "\n", omittingEmptySubsequences: false).map { SafeLine.of($0) }.joined(separator: "\n    ")
        return paint(SafeLine.of("\(failure.file ?? file):\(failure.line): "), .bold) + paint(message, .red) + "\n"
    }

    private func difference(_ failure: ScriptFailure, _ prefix: String) -> String {
        guard !failure.expected.isEmpty || !failure.actual.isEmpty else { return "" }
        return LineDifference.between(failure.expected, failure.actual).map { line in
            switch line {
            case .same(let text): "      \(prefix)\(text)\n"
            case .expected(let text): paint("    - \(prefix)\(text)", .red) + "\n"
            case .actual(let text): paint("    + \(prefix)\(text)", .green) + "\n"
            case .omitted(let count): paint("    … \(count) lines that are the same", .dim) + "\n"
            }
        }.joined()
    }

    private static func indented(_ text: String, _ indent: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { indent + SafeLine.of($0) }
    }

    private func summary(_ verdict: FileVerdict, _ result: FileResult) -> String {
        let words = "\(verdict.errors) errors out of \(verdict.tests) tests in \(result.file) - \(verdict.skipped) skipped."
        let note = verdict.skipReason.map { verdict.stopReason == .endOfFile ? " Nothing was run: \($0)." : " Not run to its end: \($0)." } ?? ""
        return paint(SafeLine.of(words + note), colour(of: verdict)) + "\n"
    }

    private func colour(of verdict: FileVerdict) -> Colour {
        switch verdict.outcome {
        case .pass: .green
        case .unsupported, .skipped: .yellow
        case .fail, .timeout, .crashed, .outOfMemory: .red
        }
    }

    /// One line on all files.
    func total(_ results: [FileResult], of files: Int, seconds: Double) -> String {
        let verdicts = results.compactMap(\.verdict)
        let tests = verdicts.reduce(0) { $0 + $1.tests }
        func count(_ outcome: FileVerdict.Outcome) -> Int { verdicts.count { $0.outcome == outcome } }
        var words = "\(results.count) files: \(count(.pass)) passed, \(count(.fail)) failed"
        for outcome in [FileVerdict.Outcome.timeout, .crashed, .outOfMemory, .unsupported, .skipped] where count(outcome) > 0 {
            words += ", \(count(outcome)) \(outcome.rawValue)"
        }
        if verdicts.count < results.count { words += ", \(results.count - verdicts.count) not run" }
        if files > results.count { words += ", \(files - results.count) not started" }
        words += "; \(tests) tests in \(Double(Int(seconds * 100)) / 100) s"
        return paint(words, results.contains(where: \.hasFailed) ? .red : .green) + "\n"
    }

    // MARK: JSON

    private struct Line: Encodable {
        let file: String
        let seconds: Double
        let verdict: FileVerdict

        func encode(to encoder: any Encoder) throws {
            try verdict.encode(to: encoder)
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(file, forKey: .file)
            try container.encode(verdict.passed, forKey: .passed)
            try container.encode(verdict.outcome, forKey: .outcome)
            try container.encode(seconds, forKey: .seconds)
        }

        enum Keys: CodingKey { case file, passed, outcome, seconds }
    }

    /// One object on a line.
    static func json(_ verdict: FileVerdict, _ result: FileResult) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let line = Line(file: result.file, seconds: result.seconds, verdict: verdict)
        return ((try? encoder.encode(line)).map { String(decoding: SafeText.json(Array($0)), as: UTF8.self) } ?? "{}") + "\n"
    }
}
