import Glibc

/// Reads a script in DuckDB's dialect, with what it includes, before anything of it runs.
struct DuckParser {
    private let lines: [String]
    private let folder: String
    private let workingDirectory: String?
    private let depth: Int
    /// The script's path and the line of the outermost `include`, when another one includes it.
    private let inclusion: (file: String, mainLine: Int)?
    private var at = 0
    private let rules: Rules
    private var inclusions: [Inclusion] = []
    private var problems: [Problem] = []

    private struct Rules {
        /// Where included scripts must lie, if not anywhere.
        var folder: ScriptFolder?
        /// Whether mistakes are collected, so that what is behind them is read as well.
        var collects = false
    }

    /// A script that is included.
    struct Inclusion {
        /// Of the `include`.
        var place: DuckPlace
        /// Where it was found, and where it would have been found before.
        var path: String
        var missing: [String]
    }

    /// A script that cannot be understood.
    struct Problem: Error {
        var line: Int
        var message: String
        /// The script, when another one includes it.
        var file: String?
    }

    /// How deep loops and includes may be nested.
    private static let deepest = 32
    /// The most rounds of one loop.
    private static let mostRounds = 1_000_000

    private init(_ script: Script, _ workingDirectory: String?, _ rules: Rules, depth: Int, inclusion: (file: String, mainLine: Int)? = nil) {
        self.rules = rules
        self.workingDirectory = workingDirectory
        self.inclusion = inclusion
        var lines = PlainLines(script)
        var texts: [String] = []
        while let line = lines.next() { texts.append(String(decoding: script.buffer(line).filter { $0 != 0x0D }, as: UTF8.self)) }
        self.lines = texts
        self.depth = depth
        folder = script.name.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(script.name[...$0]) } ?? ""
    }

    /// - Parameters:
    ///   - workingDirectory: where included paths start from, if not this process's own.
    ///   - folder: where all included scripts must lie; nil if anywhere.
    static func parse(_ script: Script, workingDirectory: String? = nil, within folder: ScriptFolder? = nil) throws(Problem) -> [DuckNode] {
        var parser = DuckParser(script, workingDirectory, Rules(folder: folder), depth: 0)
        return try parser.nodes(loopLine: nil, nesting: 0)
    }

    /// Reads as much as can be read, for whoever wants to know all that is wrong.
    static func survey(_ script: Script, workingDirectory: String?) -> (nodes: [DuckNode], inclusions: [Inclusion], problems: [Problem]) {
        var parser = DuckParser(script, workingDirectory, Rules(collects: true), depth: 0)
        let nodes = (try? parser.nodes(loopLine: nil, nesting: 0)) ?? []
        return (nodes, parser.inclusions, parser.problems)
    }

    /// - Throws: `problem`, unless problems are collected.
    private mutating func note(_ problem: Problem) throws(Problem) {
        guard rules.collects else { throw problem }
        problems.append(Problem(line: problem.line, message: problem.message, file: problem.file ?? inclusion?.file))
    }

    /// The nodes up to the end, or to `endloop` when within a loop.
    private mutating func nodes(loopLine: Int?, nesting: Int) throws(Problem) -> [DuckNode] {
        guard nesting <= Self.deepest else { throw Problem(line: at, message: "loops are nested more than \(Self.deepest) deep") }
        var nodes: [DuckNode] = []
        var conditions: [DuckCondition] = []
        while at < lines.count {
            let line = at + 1
            let words = Self.words(lines[at])
            at += 1
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            if first == "endloop", loopLine != nil { return nodes }
            do throws(Problem) {
                if try add(words, first, line, nesting, &conditions, to: &nodes) { continue }
            } catch {
                try note(error)
                if at == line { while at < lines.count, !lines[at].isEmpty { at += 1 } }
            }
            conditions = []
        }
        if let loopLine { try note(Problem(line: loopLine, message: "the loop has no endloop")) }
        return nodes
    }

    /// - Returns: whether it was a condition, for what follows.
    private mutating func add(_ words: [String], _ first: String, _ line: Int, _ nesting: Int, _ conditions: inout [DuckCondition],
                              to nodes: inout [DuckNode]) throws(Problem) -> Bool {
        switch first {
        case "skipif", "onlyif":
            guard words.count >= 2 else { throw Problem(line: line, message: "\(first) needs a condition") }
            conditions.append(DuckCondition(isSkip: first == "skipif", text: words.dropFirst().joined()))
            return true
        case "endloop": throw Problem(line: line, message: "endloop without a loop")
        case "loop", "foreach", "concurrentloop", "concurrentforeach":
            let loop = DuckLoop(place: place(line), names: [], conditions: conditions, body: [], directive: first)
            nodes.append(.loop(try read(loop, words, nesting)))
        case "include":
            nodes += try include(words, line)
        default:
            nodes.append(.record(try read(words, conditions, line)))
        }
        return false
    }

    private func place(_ line: Int) -> DuckPlace { DuckPlace(line: line, file: inclusion?.file, mainLine: inclusion?.mainLine ?? line) }

    private static func words(_ line: String) -> [String] {
        line.utf8.split(whereSeparator: ASCII.isSpace).map { String($0) ?? "" }
    }

    // MARK: Records

    private mutating func read(_ words: [String], _ conditions: [DuckCondition], _ line: Int) throws(Problem) -> DuckRecord {
        var record = DuckRecord(place: place(line), words: words, conditions: conditions)
        guard words[0] == "statement" || words[0] == "query" else { return record }
        var sql: [String] = []
        while at < lines.count, !lines[at].isEmpty, !lines[at].hasPrefix("#") {
            defer { at += 1 }
            if lines[at] == "----" {
                record.hasSeparator = true
                break
            }
            sql.append(lines[at])
        }
        record.sql = sql.joined(separator: "\n")
        guard !sql.isEmpty else { throw Problem(line: line, message: "the record has no SQL") }
        guard record.hasSeparator else { return record }
        while at < lines.count, !lines[at].isEmpty {
            record.expected.append(lines[at])
            at += 1
        }
        return record
    }

    // MARK: Loops

    private mutating func read(_ loop: DuckLoop, _ words: [String], _ nesting: Int) throws(Problem) -> DuckLoop {
        var loop = loop
        let line = loop.place.line
        guard words.count >= 3 else { throw Problem(line: line, message: "\(words[0]) needs a variable and values") }
        if words[0].hasSuffix("loop") {
            loop.names = [words[1]]
            loop.numbers = try numbers(words, line)
        } else {
            loop.names = words[1].split(separator: ",").map(String.init)
            switch DuckValueGroup.expand(words.dropFirst(2)) {
            case .failure(let unknown): loop.unsupported = "\(words[0]) over \(unknown.word) is not supported"
            case .success(let values): for value in values { loop.values.append(try tuple(value, loop)) }
            }
        }
        loop.body = try nodes(loopLine: line, nesting: nesting + 1)
        return loop
    }

    private func numbers(_ words: [String], _ line: Int) throws(Problem) -> Range<Int> {
        guard words.count == 4, let start = Int(words[2]), let end = Int(words[3]) else {
            throw Problem(line: line, message: "\(words[0]) needs a variable, a start and an end")
        }
        guard end <= start || end.subtractingReportingOverflow(start).partialValue <= Self.mostRounds, start > -(1 << 40), end < 1 << 40 else {
            throw Problem(line: line, message: "the loop has more than \(Self.mostRounds) rounds")
        }
        return start..<max(start, end)
    }

    private func tuple(_ word: String, _ loop: DuckLoop) throws(Problem) -> [String] {
        let values = loop.names.count == 1 ? [word] : word.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard values.count == loop.names.count else {
            throw Problem(line: loop.place.line, message: "\(word) has \(values.count) values for \(loop.names.count) variables")
        }
        return values
    }

    // MARK: Include

    private mutating func include(_ words: [String], _ line: Int) throws(Problem) -> [DuckNode] {
        guard words.count == 2 else { throw Problem(line: line, message: "include needs a path") }
        guard depth < Self.deepest else { throw Problem(line: line, message: "includes are nested more than \(Self.deepest) deep") }
        // Relative to where the runner was started, as DuckDB's has it, or to the script.
        let candidates = words[1].hasPrefix("/") ? [words[1]] : [(workingDirectory.map { $0 + "/" } ?? "") + words[1], folder + words[1]]
        let found = candidates.firstIndex { RawPath.withName($0) { access($0, R_OK) } == 0 } ?? candidates.count - 1
        let path = candidates[found]
        inclusions.append(Inclusion(place: place(line), path: path, missing: Array(candidates[..<found])))
        if let folder = rules.folder, !folder.holds(path) { throw Problem(line: line, message: Refusal.message(outside: path)) }
        let script: Script
        do throws(SQLLogicTestError) {
            script = try Script(path: path)
        } catch {
            throw Problem(line: line, message: error.message)
        }
        var parser = DuckParser(script, workingDirectory, rules, depth: depth + 1, inclusion: (path, inclusion?.mainLine ?? line))
        do throws(Problem) {
            let nodes = try parser.nodes(loopLine: nil, nesting: 0)
            inclusions += parser.inclusions
            problems += parser.problems
            return nodes
        } catch {
            throw Problem(line: error.line, message: error.message, file: error.file ?? path)
        }
    }
}
