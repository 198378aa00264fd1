import Glibc

/// Reads a script in the dialect of sqllogictest-rs (`parser.rs` of its crate sqllogictest), with all that it includes, before
/// anything of it runs.
struct RSParser {
    private let script: Script
    private var lines: PlainLines
    private let depth: Int
    /// The line of the outermost `include` that brought this script in.
    private let includeLine: Int?
    private var conditions: [RSRecord.Condition] = []
    private var connection: String?
    private var reading = RSReading()
    private let rules: Rules

    private struct Rules {
        /// Where included scripts must lie, if not anywhere.
        var folder: ScriptFolder?
        /// Whether mistakes are collected, so that what is behind them is read as well.
        var collects = false
    }

    /// How deep includes may be nested; a file that includes itself ends here.
    private static let deepest = 32

    private init(_ script: Script, _ rules: Rules, depth: Int, includeLine: Int?) {
        self.script = script
        self.rules = rules
        self.depth = depth
        self.includeLine = includeLine
        lines = PlainLines(script)
    }

    /// - Parameter folder: where all included scripts must lie; nil if anywhere.
    static func parse(_ script: Script, within folder: ScriptFolder? = nil) throws(RSParseError) -> [RSRecord] {
        try read(script, Rules(folder: folder), depth: 0, includeLine: nil).records
    }

    /// Reads as much as can be read, for whoever wants to know all that is wrong.
    static func survey(_ script: Script) -> RSReading {
        do throws(RSParseError) {
            return try read(script, Rules(collects: true), depth: 0, includeLine: nil)
        } catch {
            return RSReading(problems: [error])
        }
    }

    private static func read(_ script: Script, _ rules: Rules, depth: Int, includeLine: Int?) throws(RSParseError) -> RSReading {
        var parser = RSParser(script, rules, depth: depth, includeLine: includeLine)
        while let line = parser.lines.next() {
            // Between records `#` starts a comment; elsewhere it is text like any other.
            if line.count <= 0 || script.base[line.start] == UInt8(ascii: "#") { continue }
            let words = script.words(line)
            guard let first = words.first else { continue }
            let number = parser.lines.number
            do throws(RSParseError.Reason) {
                if first == "include" {
                    try parser.include(words, number)
                } else {
                    try parser.read(first, words.dropFirst(), number)
                }
            } catch {
                let problem = error.nested ?? RSParseError(script: script, line: number, message: error.message)
                guard rules.collects else { throw problem }
                parser.reading.problems.append(problem)
                parser.skipRecord(from: number)
            }
        }
        return parser.reading
    }

    /// Goes on behind the record whose header is not understood, unless that has been read.
    private mutating func skipRecord(from line: Int) {
        guard lines.number == line else { return }
        while let next = lines.next(), next.count > 0 {}
    }

    private mutating func read(_ word: String, _ arguments: ArraySlice<String>, _ line: Int) throws(RSParseError.Reason) {
        switch word {
        case "skipif": conditions.append(.skipIf(try only(word, arguments)))
        case "onlyif": conditions.append(.onlyIf(try only(word, arguments)))
        case "connection":
            let name = try only(word, arguments)
            connection = name == "default" ? nil : name
        case "subtest": _ = try only(word, arguments)
        case "halt":
            guard arguments.isEmpty else { throw Self.invalid(word, arguments) }
            append(.halt, line)
        case "sleep":
            let text = try only(word, arguments)
            guard let duration = HumanDuration.parse(text) else { throw RSParseError.Reason("invalid duration: \(text)") }
            append(.sleep(duration), line)
        case "hash-threshold":
            let text = try only(word, arguments)
            guard let threshold = Int(text), threshold >= 0 else { throw RSParseError.Reason("invalid number: \(text)") }
            append(.hashThreshold(threshold), line)
        case "control": append(.control(try control(arguments)), line)
        case "statement": try readStatement(arguments, line)
        case "query": try readQuery(arguments, line)
        case "system": try readSystem(arguments, line)
        case "let": try readLet(arguments, line)
        default: throw Self.invalid(word, arguments)
        }
    }

    // MARK: Headers

    private static func invalid(_ word: String, _ arguments: ArraySlice<String>) -> RSParseError.Reason {
        RSParseError.Reason("invalid line: \"\(([word] + arguments).joined(separator: " "))\"")
    }

    private func only(_ word: String, _ arguments: ArraySlice<String>) throws(RSParseError.Reason) -> String {
        guard arguments.count == 1, let argument = arguments.first else { throw Self.invalid(word, arguments) }
        return argument
    }

    private func control(_ arguments: ArraySlice<String>) throws(RSParseError.Reason) -> RSControl {
        switch Array(arguments) {
        case ["resultmode", "rowwise"]: return .valueWise(false)
        case ["resultmode", "valuewise"]: return .valueWise(true)
        case ["substitution", "on"]: return .substitution(true)
        case ["substitution", "off"]: return .substitution(false)
        case let words where words.count == 2 && words[0] == "sortmode":
            guard let mode = SortMode(rawValue: words[1]) else { throw RSParseError.Reason("invalid sort mode: \(words[1])") }
            return .sortMode(mode)
        default: throw Self.invalid("control", arguments)
        }
    }

    /// `retry N backoff DUR`, or nothing.
    private func retry(_ arguments: ArraySlice<String>) throws(RSParseError.Reason) -> RSRecord.Retry? {
        let words = Array(arguments)
        guard !words.isEmpty else { return nil }
        guard words.count == 4, words[0] == "retry", words[2] == "backoff",
              let attempts = Int(words[1]), attempts > 0, let backoff = HumanDuration.parse(words[3]) else {
            throw RSParseError.Reason("invalid retry: \"\(words.joined(separator: " "))\"; write retry N backoff DURATION")
        }
        return RSRecord.Retry(attempts: attempts, backoff: backoff)
    }

    /// What an `error` record expects: with a retry, only a message of several lines may follow.
    private func error(_ arguments: ArraySlice<String>) throws(RSParseError.Reason) -> (RSExpectedError, RSRecord.Retry?) {
        if arguments.count == 4, arguments.first == "retry", arguments.dropFirst(2).first == "backoff" {
            return (.any, try retry(arguments))
        }
        return (try RSExpectedError(tokens: arguments), nil)
    }

    // MARK: Records

    private mutating func readStatement(_ arguments: ArraySlice<String>, _ line: Int) throws(RSParseError.Reason) {
        let expectation: RSRecord.StatementExpectation
        var again: RSRecord.Retry?
        switch arguments.first {
        case "ok":
            expectation = .ok
            again = try retry(arguments.dropFirst())
        case "count":
            guard let count = arguments.dropFirst().first.flatMap({ Int($0) }), count >= 0 else { throw Self.invalid("statement", arguments) }
            expectation = .count(count)
            again = try retry(arguments.dropFirst(2))
        case "error":
            let (expected, retry) = try error(arguments.dropFirst())
            expectation = .error(expected)
            again = retry
        default: throw Self.invalid("statement", arguments)
        }
        let (sql, hasSeparator) = try readText()
        guard hasSeparator else { return append(.statement(expectation, sql: sql), line, retry: again, result: atEnd) }
        guard case .error(let expected) = expectation else { throw RSParseError.Reason("a statement that succeeds cannot have results") }
        let (message, range) = try readMessage(expected)
        append(.statement(.error(.text(message)), sql: sql), line, retry: again, result: range, hasSeparator: true)
    }

    private mutating func readQuery(_ arguments: ArraySlice<String>, _ line: Int) throws(RSParseError.Reason) {
        if arguments.first == "error" { return try readQueryError(arguments.dropFirst(), line) }
        let types = arguments.first ?? ""
        var rest = arguments.dropFirst()
        let mode = rest.first.flatMap { SortMode(rawValue: $0) }
        if mode != nil { rest = rest.dropFirst() }
        // A label has no effect here.
        if let label = rest.first, label != "retry" { rest = rest.dropFirst() }
        let again = try retry(rest)
        let (sql, hasSeparator) = try readText()
        guard hasSeparator else { return append(.query(.rows(mode, []), sql: sql), line, retry: again, types: types, result: atEnd) }
        var expected: [[UInt8]] = []
        var range = ByteRange(lines.position, lines.position)
        while let next = lines.next(), next.count > 0 {
            expected.append(Array(script.buffer(next)))
            range.end = lines.position
        }
        append(.query(.rows(mode, expected), sql: sql), line, retry: again, types: types, result: range, hasSeparator: true)
    }

    private mutating func readQueryError(_ arguments: ArraySlice<String>, _ line: Int) throws(RSParseError.Reason) {
        let (expected, again) = try error(arguments)
        let (sql, hasSeparator) = try readText()
        guard hasSeparator else { return append(.query(.error(expected), sql: sql), line, retry: again, result: atEnd) }
        let (message, range) = try readMessage(expected)
        append(.query(.error(.text(message)), sql: sql), line, retry: again, result: range, hasSeparator: true)
    }

    private mutating func readSystem(_ arguments: ArraySlice<String>, _ line: Int) throws(RSParseError.Reason) {
        guard arguments.first == "ok" else { throw Self.invalid("system", arguments) }
        let again = try retry(arguments.dropFirst())
        let (command, hasSeparator) = try readText()
        guard hasSeparator else { return append(.system(command: command, output: nil), line, retry: again, result: atEnd) }
        let (output, range) = readUntilTwoBlankLines()
        append(.system(command: command, output: output), line, retry: again, result: range, hasSeparator: true)
    }

    private mutating func readLet(_ arguments: ArraySlice<String>, _ line: Int) throws(RSParseError.Reason) {
        let names = arguments.joined(separator: " ").split(separator: ",").map { Whitespace.trimmed(String($0)) }.filter { !$0.isEmpty }
        guard !names.isEmpty else { throw Self.invalid("let", arguments) }
        for name in names where !RSVariables.isName(name[...]) { throw RSParseError.Reason("invalid variable name: \"\(name)\"") }
        append(.bind(names: names, sql: try readText(untilSeparator: false).text), line)
    }

    private mutating func append(_ body: RSRecord.Body, _ line: Int, retry: RSRecord.Retry? = nil, types: String = "", result: ByteRange = .empty, hasSeparator: Bool = false) {
        reading.records.append(RSRecord(line: line, mainLine: includeLine ?? line, script: script, conditions: conditions, connection: connection,
                                retry: retry, types: types, body: body, result: result, hasSeparator: hasSeparator))
        // Conditions wait for a record that can be skipped, a connection for one that uses it.
        switch body {
        case .statement, .query, .bind: (conditions, connection) = ([], nil)
        case .system: conditions = []
        case .sleep, .control, .hashThreshold, .halt: break
        }
    }

    // MARK: Text

    /// Where a result goes that the script does not have: the end of the SQL.
    private var atEnd: ByteRange { ByteRange(textEnd, textEnd) }
    private var textEnd = 0

    /// The lines up to an empty one, the end, or, when asked, `----`, joined by `\n`. The first one counts even if it is empty.
    private mutating func readText(untilSeparator: Bool = true) throws(RSParseError.Reason) -> (text: [UInt8], hasSeparator: Bool) {
        guard let first = lines.next() else { throw RSParseError.Reason("unexpected end of file: the record has no text") }
        var text = Array(script.buffer(first))
        textEnd = lines.position
        while let line = lines.next(), line.count > 0 {
            if untilSeparator, script.equals(line, "----") { return (text, true) }
            text.append(0x0A)
            text.append(contentsOf: script.buffer(line))
            textEnd = lines.position
        }
        return (text, false)
    }

    private mutating func readMessage(_ inline: RSExpectedError) throws(RSParseError.Reason) -> (String, ByteRange) {
        guard inline == .any else { throw RSParseError.Reason("the error message is given twice: in the header and below ----") }
        return readUntilTwoBlankLines()
    }

    private mutating func readUntilTwoBlankLines() -> (String, ByteRange) {
        var text: [UInt8] = []
        var range = ByteRange(lines.position, lines.position)
        while let line = lines.next() {
            if line.count <= 0, lines.peek().map({ $0.count <= 0 }) ?? true {
                _ = lines.next()
                break
            }
            text.append(contentsOf: script.buffer(line))
            text.append(0x0A)
            range.end = lines.position
        }
        return (Whitespace.trimmed(String(decoding: text, as: UTF8.self)), range)
    }

    // MARK: Include

    private mutating func include(_ words: [String], _ line: Int) throws(RSParseError.Reason) {
        let pattern = try only("include", words.dropFirst())
        guard depth < Self.deepest else { throw RSParseError.Reason("includes are nested more than \(Self.deepest) deep") }
        let folder = script.name.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(script.name[...$0]) } ?? ""
        let paths: [String]
        do throws(RustGlob.Problem) {
            paths = try RustGlob.expand(pattern, in: folder)
        } catch {
            throw RSParseError.Reason("cannot include \(pattern): \(error.message)")
        }
        guard !paths.isEmpty else { throw RSParseError.Reason("include finds no file: \(pattern)") }
        for path in paths {
            reading.inclusions.append(RSReading.Inclusion(script: script, line: line, pattern: pattern, path: path))
            if let folder = rules.folder, !folder.holds(path) { throw RSParseError.Reason(Refusal.message(outside: path)) }
            let included: Script
            do throws(SQLLogicTestError) {
                included = try Script(path: path)
            } catch {
                throw RSParseError.Reason(error.message)
            }
            do throws(RSParseError) {
                reading.add(try Self.read(included, rules, depth: depth + 1, includeLine: includeLine ?? line))
            } catch {
                throw RSParseError.Reason(error)
            }
        }
    }
}
