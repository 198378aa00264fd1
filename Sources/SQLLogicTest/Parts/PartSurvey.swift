/// Looks through a script for what keeps it from being run in parts, and for queries that a part can leave out, as far as its text tells.
struct PartSurvey: ~Copyable {
    private let script: Script
    private let engineName: [UInt8]
    private var sql = ByteBuffer()
    private var isInTransaction = false
    /// Statements that run.
    private(set) var statements = 0
    /// The numbers of the records that are such queries, from 1.
    private(set) var queries: [Int] = []

    init(_ script: Script, engineName: String) {
        self.script = script
        self.engineName = engineName.utf8.map(ASCII.lowercased)
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
            // SQLite's own functions reach nowhere.
            if record.kind == .query, QueryWord.begins(sql.bytes) {
                if !isInTransaction { queries.append(number) }
                continue
            }
            if let obstacle = Self.obstacle(in: sql.bytes) { return "line \(record.line): \(obstacle)" }
            if record.kind == .statement {
                statements += 1
                follow()
            }
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

    private static let filter = WordFilter(["virtual", "optimize"])

    /// What may have an effect that parts would have several times, or that depends on queries that were run.
    private static func obstacle(in sql: UnsafeBufferPointer<UInt8>) -> String? {
        if let reach = SQLReach.all(in: sql).first { return "\(reach.words) reaches outside of the database" }
        guard filter.mayFind(in: sql) else { return nil }
        let words = Set(SQLToken.all(in: sql, rules: .sqlite).filter { $0.canName }.map(\.text))
        if words.contains("create"), words.contains("virtual") { return "a virtual table may do anything when it is read" }
        return words.contains("pragma") && words.contains("optimize") ? "PRAGMA optimize depends on queries that were run" : nil
    }
}
