import FoundationEssentials

/// What a person, or a program, is told of a file.
struct FileReport {
    var isColoured = false

    private enum Colour: String { case red = "31", green = "32", yellow = "33", bold = "1", dim = "2" }

    private func paint(_ text: String, _ colour: Colour) -> String {
        isColoured ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    // MARK: Text

    /// The failures with their SQL and what differs, then a line on the file.
    func text(_ verdict: FileVerdict, _ result: FileResult) -> String {
        var report = ""
        var index = 0
        while index < verdict.failures.count {
            var end = index + 1
            // What is wrong with one query is one block.
            while end < verdict.failures.count, Self.areTogether(verdict.failures[end - 1], verdict.failures[end]) { end += 1 }
            report += block(verdict.failures[index..<end], result.file)
            index = end
        }
        let hidden = verdict.errors - verdict.failures.count
        if hidden > 0 { report += SafeLine.of("\(result.file): \(hidden) more errors not shown") + "\n" }
        if let line = verdict.haltLine { report += paint(SafeLine.of("\(result.file):\(line): halt"), .dim) + "\n" }
        return report + summary(verdict, result)
    }

    private static func areTogether(_ first: Failure, _ next: Failure) -> Bool {
        first.kind == .wrongValue && (next.kind == .wrongValue || isCount(next)) && first.sql == next.sql && first.file == next.file
            && !first.actual.isEmpty && next.line >= first.line
    }

    private static func isCount(_ failure: Failure) -> Bool { failure.kind == .tooManyRows || failure.kind == .tooFewRows }

    private func block(_ failures: ArraySlice<Failure>, _ file: String) -> String {
        guard let first = failures.first, let last = failures.last else { return "" }
        var text = heading(first, file)
        // The result with too many or too few rows shows the wrong ones too.
        let isWhole = failures.count > 1 && Self.isCount(last)
        if isWhole { text += heading(last, file) }
        if !first.sql.isEmpty { text += Self.indented(first.sql, "    ").map { paint($0, .dim) + "\n" }.joined() }
        for failure in isWhole ? failures.suffix(1) : failures {
            let lines = failures.count > 1 && !isWhole ? "\(failure.line): " : ""
            text += difference(failure, lines)
        }
        for notice in first.notices ?? [] { text += Self.indented(notice, "    ").map { paint($0, .yellow) + "\n" }.joined() }
        return text
    }

    /// An engine's message may have several lines.
    private func heading(_ failure: Failure, _ file: String) -> String {
        let message = failure.message.split(separator: "\n", omittingEmptySubsequences: false).map { SafeLine.of($0) }.joined(separator: "\n    ")
        return paint(SafeLine.of("\(failure.file ?? file):\(failure.line): "), .bold) + paint(message, .red) + "\n"
    }

    private func difference(_ failure: Failure, _ prefix: String) -> String {
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
        let note = verdict.skipReason.map { " Not run to its end: \($0)." } ?? ""
        return paint(SafeLine.of(words + note), !verdict.passed ? .red : verdict.skipReason != nil ? .yellow : .green) + "\n"
    }

    /// One line on all files.
    func total(_ results: [FileResult], of count: Int, seconds: Double) -> String {
        let verdicts = results.compactMap(\.verdict)
        let tests = verdicts.reduce(0) { $0 + $1.tests }
        func outcomes(_ name: String) -> Int { verdicts.count { $0.outcome == name } }
        let failed = results.count { !$0.passed }
        var words = "\(results.count) files: \(outcomes("pass")) passed, \(outcomes("fail")) failed"
        for name in ["timeout", "crashed", "out-of-memory", "skipped"] where outcomes(name) > 0 { words += ", \(outcomes(name)) \(name)" }
        if verdicts.count < results.count { words += ", \(results.count - verdicts.count) not run" }
        if count > results.count { words += ", \(count - results.count) not started" }
        words += "; \(tests) tests in \(Double(Int(seconds * 100)) / 100) s"
        return paint(words, failed > 0 ? .red : .green) + "\n"
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
            try container.encode(verdict.outcome == "pass", forKey: .passed)
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
        return ((try? encoder.encode(line)).map { String(decoding: $0, as: UTF8.self) } ?? "{}") + "\n"
    }
}
