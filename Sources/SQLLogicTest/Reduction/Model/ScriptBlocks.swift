import Glibc

/// A script as blocks that can be left out one by one, each with all that its own runner reads in it. Nothing is understood that need not
/// be: what is left of it is run by that runner.
package struct ScriptBlocks {
    /// All of them, in the order of the script.
    package private(set) var records: [ReductionRecord] = []
    /// The line behind each one's last.
    private var ends: [Int] = []
    private let lines: [[UInt8]]
    private let dialect: Dialect?
    private let folder: String
    private let workingDirectory: String?
    private var at = 0

    /// - Parameters:
    ///   - dialect: nil where only the program that runs it knows.
    ///   - workingDirectory: where included paths may start from; nil is this process's own.
    package init(_ script: Script, dialect: Dialect?, workingDirectory: String? = nil) {
        var lines = PlainLines(script)
        var texts: [[UInt8]] = []
        while let line = lines.next() { texts.append(Array(script.buffer(line))) }
        self.lines = texts
        self.dialect = dialect
        self.workingDirectory = workingDirectory
        folder = script.name.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(script.name[..<$0]) } ?? "."
        while at < texts.count { read() }
    }

    /// The index of the block that a line belongs to; that of the next one, for a line between two.
    package func index(of line: Int) -> Int? { ends.firstIndex { $0 > line } }

    /// Whether the query that a line belongs to has a label.
    package func hasLabel(at line: Int) -> Bool {
        guard let index = index(of: line), records[index].isQuery, lines.indices.contains(records[index].line - 1) else { return false }
        return Self.words(lines[records[index].line - 1]).count > 3
    }

    // MARK: Blocks

    private static let conditions: Set<String> = ["skipif", "onlyif", "connection"]
    private static let loops: Set<String> = ["loop", "foreach", "concurrentloop", "concurrentforeach"]

    private mutating func read() {
        let start = at
        var head: [UInt8] = []
        while at < lines.count {
            let line = lines[at]
            at += 1
            if isBlank(line) || line.first == UInt8(ascii: "#") { continue }
            let words = Self.words(line)
            let number = at
            head += included(words).map { Array($0.utf8) + [0x0A] } ?? line + [0x0A]
            guard let first = words.first, !Self.conditions.contains(first) else { continue }
            if Self.loops.contains(first), dialect != .sqlite, dialect != .rs { return add(block: head + loop(), line: number) }
            guard ["statement", "query", "system", "let"].contains(first) else { return add(block: head, line: number) }
            return readRecord(head, words, number)
        }
        // Conditions without a record.
        if !head.isEmpty { add(block: head, line: start + 1) }
    }

    private mutating func add(_ record: ReductionRecord) {
        records.append(record)
        ends.append(at + 1)
    }

    private mutating func add(block: [UInt8], line: Int) {
        var record = ReductionRecord(.succeeds, [], line: line)
        record.frame = ReductionRecord.Frame(head: block)
        add(record)
    }

    /// The lines up to the end of a loop, those of loops within it included.
    private mutating func loop() -> [UInt8] {
        var depth = 1, text: [UInt8] = []
        while at < lines.count, depth > 0 {
            text += lines[at] + [0x0A]
            let first = Self.words(lines[at]).first ?? ""
            if Self.loops.contains(first) { depth += 1 }
            if first == "endloop" { depth -= 1 }
            at += 1
        }
        return text
    }

    private mutating func readRecord(_ head: [UInt8], _ words: [String], _ number: Int) {
        var sql: [[UInt8]] = []
        var tail: [UInt8] = []
        while at < lines.count, !isBlank(lines[at]) {
            let line = lines[at]
            if line.first == UInt8(ascii: "#"), dialect == .duckdb { break }
            at += 1
            if line.elementsEqual("----".utf8) {
                tail = line + [0x0A] + result(endsTwice: dialect == .rs && (words[0] == "system" || words.dropFirst().first == "error"))
                break
            }
            // A comment of SQLite's dialect is no part of the SQL.
            if line.first != UInt8(ascii: "#") || dialect != .sqlite { sql.append(line) }
        }
        guard words[0] == "statement" || words[0] == "query", sql.contains(where: { !$0.isEmpty }) else {
            return add(block: head + sql.reduce(into: []) { $0 += $1 + [0x0A] } + tail, line: number)
        }
        var record = ReductionRecord(Self.kind(words), Array(sql.joined(separator: [0x0A])), line: number)
        record.frame = ReductionRecord.Frame(head: head, types: Self.types(words), tail: tail)
        add(record)
    }

    /// - Parameter endsTwice: whether it takes two blank lines to end it, as in some records of ``Dialect/rs``.
    private mutating func result(endsTwice: Bool) -> [UInt8] {
        var text: [UInt8] = []
        while at < lines.count {
            let isEnd = isBlank(lines[at]) && (!endsTwice || at + 1 >= lines.count || isBlank(lines[at + 1]))
            if isEnd { return endsTwice ? text + [0x0A] : text }
            text += lines[at] + [0x0A]
            at += 1
        }
        return text
    }

    // MARK: Lines

    private func isBlank(_ line: [UInt8]) -> Bool { dialect == .rs || dialect == .duckdb ? line.isEmpty : line.allSatisfy(ASCII.isSpace) }

    private static func words(_ line: [UInt8]) -> [String] { line.split(whereSeparator: ASCII.isSpace).map { String(decoding: $0, as: UTF8.self) } }

    private static func kind(_ words: [String]) -> ReductionRecord.Kind {
        if words[0] == "query" { return .query(types: types(words), sortMode: words.dropFirst(2).first.flatMap { SortMode(rawValue: $0) } ?? .nosort) }
        return words.dropFirst().first == "error" ? .fails : .succeeds
    }

    private static func types(_ words: [String]) -> [UInt8] {
        guard words[0] == "query", words.count > 1, words[1] != "error" else { return [] }
        return Array(words[1].utf8)
    }

    /// An `include` whose path starts from the script's folder: what is left of the script will be elsewhere.
    private func included(_ words: [String]) -> String? {
        guard words.count == 2, words[0] == "include", !words[1].hasPrefix("/"), dialect == .rs || dialect == .duckdb else { return nil }
        if dialect == .duckdb, access((workingDirectory.map { $0 + "/" } ?? "") + words[1], R_OK) == 0 { return nil }
        return "include \(folder)/\(words[1])"
    }
}
