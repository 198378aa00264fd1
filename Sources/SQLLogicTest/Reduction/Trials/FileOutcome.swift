import Platform

/// What running a candidate as a file has shown.
package struct FileOutcome: Sendable {
    /// In what way it fails; nil where it does not.
    package private(set) var signature: FailureSignature?
    /// The lines of what failed; empty where the runner does not say.
    package private(set) var lines: [Int] = []
    /// The lines of a program's output that speak of what is wrong, without the numbers of lines.
    package private(set) var said: Set<String> = []
    /// Why it was not run.
    package private(set) var error: SQLLogicTestError?

    /// What is the same in two failures that are the same.
    package struct Rules: Sendable {
        /// Tells errors apart.
        package var errors: ErrorClass
        /// Whether a wrong result counts as it is, because nobody says what is right for another one.
        package var isExact: Bool
        /// Whether the words are a program's own: it may number what it says.
        package var isProgram: Bool

        /// Each parameter is the property of the same name.
        package init(errors: ErrorClass, isExact: Bool, isProgram: Bool) {
            self.errors = errors
            self.isExact = isExact
            self.isProgram = isProgram
        }
    }

    /// - Parameter result: of the file at a path that its words may name.
    package init(_ result: FileResult, _ rules: Rules) {
        error = result.error
        guard let verdict = result.verdict, verdict.errors > 0 else { return }
        let first = verdict.failures.first
        if verdict.failures.allSatisfy({ $0.file == nil && $0.line > 0 }) { lines = verdict.failures.map { $0.recordLine ?? $0.line } }
        for line in first?.notices ?? [] where Self.isTelling(line) { said.insert(Self.withoutLineNumbers(line.replacing(result.file, with: "FILE"))) }
        if first?.kind == .timeout {
            signature = .timeout
        } else if verdict.stopReason == .timeout {
            signature = .hung
        } else if let first {
            let words = first.message.replacing(result.file, with: "FILE")
            signature = Self.end(words, verdict) ?? Self.signature(first, words, verdict, rules, file: result.file)
        } else {
            signature = .reported("\(verdict.errors) errors")
        }
    }

    // MARK: The end of a process

    /// - Returns: nil for a failure that no process has ended in.
    private static func end(_ words: String, _ verdict: FileVerdict) -> FailureSignature? {
        let isEnd = verdict.stopReason == .crashed || ExternalConnection.losses.contains { words.contains($0) }
        guard isEnd else { return nil }
        if let signal = (1...64).first(where: { words.hasWord(SignalName.of($0)) }) { return .crashed(signal) }
        return exitCode(words).map { .exit($0) } ?? .reported(words)
    }

    private static func exitCode(_ words: String) -> Int32? {
        words.firstRange(of: "exit code ").flatMap { Int32(words[$0.upperBound...].prefix { $0.isNumber }) }
    }

    // MARK: Failures

    private static func signature(_ failure: ScriptFailure, _ words: String, _ verdict: FileVerdict, _ rules: Rules, file: String) -> FailureSignature {
        // As a shell says that a signal has ended what it ran.
        if rules.isProgram, let code = exitCode(words), code > 128, code <= 128 + 64 { return .crashed(code - 128) }
        if rules.isProgram, failure.line == 0, failure.expected.isEmpty, failure.actual.isEmpty { return .reported(([words] + telling((failure.notices ?? []).map { $0.replacing(file, with: "FILE") }, rules)).joined(separator: "; ")) }
        guard rules.isExact else { return alike(failure, words, rules) }
        let message = rules.isProgram ? rules.errors.of(words, nil) : words
        let rows = verdict.rows?.first.map { ["\($0.actualCount)"] + $0.actual } ?? []
        let texts = [failure.kind.rawValue, message, failure.expectedRows ?? failure.expected, failure.actualRows ?? failure.actual] + rows
        return .exactly(Array(texts.joined(separator: "\n").utf8))
    }

    /// The class of a failure, where a reference says what is right.
    private static func alike(_ failure: ScriptFailure, _ words: String, _ rules: Rules) -> FailureSignature {
        switch failure.category {
        case .wrongRows, .rowOrder, .formatting: .rows(RowDifferenceShape(category: failure.category ?? .wrongRows))
        case .columns: .columns
        case .unexpectedSuccess: .accepted
        case .timeout: .timeout
        case .unexpectedError, .wrongError: .refused(rules.errors.of(words, nil))
        case .script, .other, nil: .reported(rules.errors.of(words, nil))
        }
    }

    /// Whether a line speaks of what is wrong: by a word, or as one of a difference.
    private static func isTelling(_ line: String) -> Bool {
        let signs = ["error", "fail", "mismatch", "expect", "actual", "differ", "wrong", "panic", "assert", "exception", "abort"]
        return signs.contains { line.lowercased().contains($0) } || line.first { $0 != " " }.map { "+-<>".contains($0) } == true
    }

    /// The classes of the lines of a program's output that speak of what is wrong.
    private static func telling(_ output: [String], _ rules: Rules) -> [String] {
        var classes: [String] = []
        for line in output where isTelling(line) {
            let kind = rules.errors.of(line, nil)
            if !classes.contains(kind) { classes.append(kind) }
        }
        return classes
    }
}

extension FileOutcome {
    /// A line of output with what changes when records go: numbers behind the word "line" or a colon, as in `a.test:12`.
    private static func withoutLineNumbers(_ line: String) -> String {
        var text = "", isPlace = false
        for character in line {
            if isPlace, character.isNumber { continue }
            isPlace = isPlace && character == " " || character == ":" || text.lowercased().hasSuffix("line") && character == " "
            text.append(character)
        }
        return text
    }
}

extension String {
    fileprivate func hasWord(_ word: String) -> Bool {
        ranges(of: word).contains { range in
            let next = range.upperBound < endIndex ? self[range.upperBound] : " "
            return !next.isNumber && !next.isLetter
        }
    }
}
