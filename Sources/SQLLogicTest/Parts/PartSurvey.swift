/// Looks through a script for what keeps it from being run in parts, and for queries that a part can leave out, as far as its text tells.
struct PartSurvey: ~Copyable {
    private let script: Script
    private let options: RunOptions
    private let engineName: [UInt8]
    private let engine: any DiscerningEngine
    private var sql = ByteBuffer()
    private var isInTransaction = false
    /// Statements that run.
    private(set) var statements = 0
    /// The numbers of the records that are such queries, from 1.
    private(set) var queries: [Int] = []

    init(_ script: Script, _ options: RunOptions, engine: any DiscerningEngine) {
        self.script = script
        self.options = options
        self.engine = engine
        engineName = (options.engineName ?? engine.name).utf8.map(ASCII.lowercased)
    }

    /// Reads the script.
    /// - Returns: why it cannot be run in parts; nil where it can.
    mutating func obstacle() -> String? {
        var parser = SQLiteParser(script)
        var record = SQLiteRecord()
        var number = 0
        while parser.next(&record) {
            number += 1
            if record.isLeftOut(for: engineName, in: script) { continue }
            switch record.kind {
            // Nothing behind these is run.
            case .halt, .unknown: return nil
            case .query where record.tokens.1.isEmpty: return nil
            case .hashThreshold: continue
            case .statement, .query: record.sql.read(from: script, into: &sql)
            }
            sql.terminate()
            if let obstacle = look(number, isStatement: record.kind == .statement) { return "line \(record.line): \(obstacle)" }
        }
        return nil
    }

    /// Reads a script of ``Dialect/rs``.
    /// - Returns: why it cannot be run in parts; nil where it can.
    mutating func obstacleRS() -> String? {
        guard let records = try? RSParser.parse(script, within: options.allowsSystem ? nil : ScriptFolder(of: script.name)) else { return "it cannot be read" }
        let names = options.labels + [options.engineName ?? engine.label]
        for (index, record) in records.enumerated() where !record.isLeftOut(for: names) {
            if record.connection != nil { return "line \(record.mainLine): it has several connections" }
            if record.retry != nil { return "line \(record.mainLine): a record is tried again" }
            switch record.body {
            // Nothing behind it is run.
            case .halt: return nil
            case .hashThreshold, .control(.sortMode), .control(.valueWise), .control(.substitution(false)): continue
            case .sleep: return "line \(record.mainLine): it sleeps"
            case .system: return "line \(record.mainLine): it starts a program"
            case .bind, .control(.substitution(true)): return "line \(record.mainLine): it has variables"
            case .statement(_, let text), .query(_, let text):
                sql.removeAll()
                text.withUnsafeBufferPointer { bytes in if let start = bytes.baseAddress { sql.append(start, bytes.count) } }
                sql.terminate()
                let isStatement = if case .statement = record.body { true } else { false }
                if let obstacle = look(index + 1, isStatement: isStatement) { return "line \(record.mainLine): \(obstacle)" }
            }
        }
        return nil
    }

    /// Looks at the SQL of a record.
    private mutating func look(_ number: Int, isStatement: Bool) -> String? {
        // SQLite's own functions reach nowhere.
        let isQuery = !isStatement && (engine.seesMeaning ? QueryWord.begins(sql.bytes) : HarmlessQuery.holds(sql.bytes, rules: [.postgres]))
        if isQuery, !isInTransaction { queries.append(number) }
        if isQuery, engine.seesMeaning { return nil }
        if let obstacle = obstacle(in: sql.bytes) { return obstacle }
        if isStatement {
            statements += 1
            follow()
        }
        return nil
    }

    private mutating func follow() {
        switch SQLToken.firstWord(of: sql.bytes) {
        case "begin", "savepoint": isInTransaction = true
        case "commit", "end", "rollback", "release": isInTransaction = false
        default: break
        }
    }

    private static let filter = WordFilter(["virtual", "optimize", "create", "alter", "drop", "begin", "start", "savepoint"])

    /// What may have an effect that parts would have several times, or that depends on queries that were run.
    private func obstacle(in sql: UnsafeBufferPointer<UInt8>) -> String? {
        if let reach = SQLReach.all(in: sql).first { return "\(reach.words) reaches outside of the database" }
        guard Self.filter.mayFind(in: sql) else { return nil }
        let words = Set(SQLToken.all(in: sql, rules: engine.seesMeaning ? .sqlite : .postgres).filter { $0.canName }.map(\.text))
        if !engine.seesMeaning, let obstacle = obstacle(in: words, SQLToken.firstWord(of: sql)) { return obstacle }
        if words.contains("create"), words.contains("virtual") { return "a virtual table may do anything when it is read" }
        return words.contains("pragma") && words.contains("optimize") ? "PRAGMA optimize depends on queries that were run" : nil
    }

    /// Where tokens are all there is, nothing may hide behind a name, and parts must not meet in what databases of a server share.
    private func obstacle(in words: Set<String>, _ first: String) -> String? {
        if !engine.knowsTransactions, ["begin", "start", "savepoint"].contains(first) { return "this engine does not say whether a transaction is open" }
        guard ["create", "alter", "drop"].contains(first) else { return nil }
        if !words.isDisjoint(with: Self.hiding) { return "what it defines may do anything when a query names it" }
        return words.isDisjoint(with: Self.shared) ? nil : "it changes what all databases of a server share"
    }

    private static let hiding: Set<String> = ["view", "function", "procedure", "operator", "aggregate", "rule", "macro", "type", "domain", "cast", "policy", "extension"]
    private static let shared: Set<String> = ["role", "user", "database", "tablespace", "subscription", "group"]
}
