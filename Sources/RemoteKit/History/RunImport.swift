import AgentProtocol
import Fleet
import FoundationEssentials
import GRDB

/// Brings runs into the database, each in the transaction that the caller holds.
final class RunImport {
    private let database: Database
    private let texts: TextTable
    private var suites: [SuiteKey: (id: Int, files: FileTable)] = [:]

    init(_ database: Database) throws {
        self.database = database
        texts = try TextTable(database)
    }

    /// What came of a run.
    enum Entry: Equatable {
        case imported(damagedLines: Int)
        /// The database has all of it.
        case known
    }

    /// Idempotent: a run that is there already is passed over, or replaced where its folder has changed. Two copies of one run are one run.
    func add(_ facts: RunFacts) throws -> Entry {
        let suite = try self.suite(facts.suite)
        let there = try Row.fetchOne(database, sql: "SELECT id, host, stamp, is_full FROM run WHERE name = ? AND (host = ? OR (workspace = ? AND started_by = ?)) LIMIT 1",
                                     arguments: [facts.spec.id, facts.host, RunFacts.line(facts.spec.workspace, 4096), RunFacts.line(facts.spec.startedBy)])
        let stamp = facts.stamp
        var host = facts.host
        if let there {
            let id: Int = there[0], wasFull: Bool = there[3]
            host = min(host, there[1])
            if there[2] as String == stamp || (wasFull && facts.folder.summary == nil) {
                if host != there[1] as String { try database.execute(sql: "UPDATE run SET host = ?, folder = ? WHERE id = ?", arguments: [host, facts.folder.origin, id]) }
                return .known
            }
            try remove(run: id)
            if wasFull { try RunStates(database).renew(suite: suite.id) }
        }
        return try insert(facts, host: host, stamp: stamp, suite)
    }

    private func suite(_ key: SuiteKey) throws -> (id: Int, files: FileTable) {
        if let known = suites[key] { return known }
        try database.execute(sql: "INSERT OR IGNORE INTO suite(project, engine) VALUES (?, ?)", arguments: [key.project, key.engine])
        let id = try Int.fetchOne(database, sql: "SELECT id FROM suite WHERE project = ? AND engine = ?", arguments: [key.project, key.engine]) ?? 0
        let suite = (id, try FileTable(database, suite: id))
        suites[key] = suite
        return suite
    }

    private func remove(run id: Int) throws {
        for table in ["result", "failure", "flaky_record"] { try database.execute(sql: "DELETE FROM \(table) WHERE run_id = ?", arguments: [id]) }
        try database.execute(sql: "DELETE FROM run WHERE id = ?", arguments: [id])
    }

    private func insert(_ facts: RunFacts, host: String, stamp: String, _ suite: (id: Int, files: FileTable)) throws -> Entry {
        let run = try Int.fetchOne(database, sql: "SELECT coalesce(max(id), 0) + 1 FROM run") ?? 1
        var records = try RecordImport(database, run: run, startedAt: facts.startedAt, files: suite.files, texts: texts)
        try facts.folder.forEachLine { line in
            try records.add(Array(line))
            return true
        }
        let summary = facts.folder.summary
        let isWhole = summary.map { facts.spec.mode == .soak || $0.total == records.count } ?? false
        // A run that took verdicts from others is the last run of none of its files.
        let isFull = facts.folder.isFull && records.damaged == 0 && isWhole && records.cached == 0
        try RunRow(facts: facts, run: run, suite: suite.id, host: host, stamp: stamp, isFull: isFull, records: records.totals).insert(database)
        if isFull { try RunStates(database).note(run: run, suite: suite.id) }
        return .imported(damagedLines: records.damaged)
    }
}
