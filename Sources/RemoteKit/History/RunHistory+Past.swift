import Fleet
import FoundationEssentials
import GRDB

/// What reports and comparisons ask. Nothing is known without a database; then all answers are empty.
extension RunHistory {
    /// What became of files in full runs before this one.
    /// - Parameters:
    ///   - files: as in records.
    ///   - limit: the most runs that are counted.
    /// - Returns: those files that an earlier run had a verdict on.
    /// - Throws: ``RemoteError`` where the history cannot be read.
    public func pasts(before run: RunFolder, files: [String], limit: Int = 20) throws(RemoteError) -> [String: FailurePast] {
        try asking([:]) { database in
            guard let suite = try suite(SuiteKey(run.spec), database) else { return [:] }
            let id = try database.makeStatement(sql: "SELECT id FROM file WHERE suite_id = ? AND path = ?")
            let verdicts = try Verdicts(database, suite: suite, before: run.spec.id)
            var pasts: [String: FailurePast] = [:]
            for name in files {
                guard let file = try Int.fetchOne(id, arguments: [suite, name]), let past = try verdicts.past(of: file, limit: limit) else { continue }
                pasts[name] = past
            }
            return pasts
        }
    }

    /// Full runs of the suite up to this one, oldest first.
    public func trend(of run: RunFolder, limit: Int) throws(RemoteError) -> [TrendPoint] {
        let points = try asking([]) { database -> [TrendPoint] in
            guard let suite = try suite(SuiteKey(run.spec), database) else { return [] }
            return try Self.trend(database, suite: suite, before: run.spec.id, limit: max(0, limit - 1))
        }
        return points + (run.isFull ? [TrendPoint(run)].compactMap(\.self) : [])
    }

    /// The full run of the suite before this one whose folder is still there.
    public func lastFull(before run: RunFolder) throws(RemoteError) -> RunCatalog.Place? { try lastFull(in: SuiteKey(run.spec), before: run.spec.id) }

    /// The latest full run of a suite whose folder is still there.
    /// - Parameter before: a run's name; `nil` has no end.
    public func lastFull(in key: SuiteKey, before: String? = nil) throws(RemoteError) -> RunCatalog.Place? {
        try asking(nil) { database in
            guard let suite = try suite(key, database) else { return nil }
            let rows = try Row.fetchCursor(database, sql: "SELECT host, name, folder FROM run WHERE suite_id = ? AND is_full AND name < ? ORDER BY name DESC",
                                           arguments: [suite, before ?? "~"])
            while let row = try rows.next() {
                let place = RunCatalog.Place(host: row[0], id: row[1], path: row[2])
                if FileManager.default.fileExists(atPath: place.path + "/spec.json") || RunFolder.isBundle(place.path) { return place }
            }
            return nil
        }
    }

    // MARK: reading

    /// Asks the database, which may not be there.
    func asking<Result>(_ nothing: Result, _ body: (Database) throws -> Result) throws(RemoteError) -> Result {
        do {
            return try file.read(body)
        } catch {
            let fault = HistoryFault(error)
            if fault == .missing { return nothing }
            throw fault.error("read", path)
        }
    }

    func suite(_ key: SuiteKey, _ database: Database) throws -> Int? {
        try Int.fetchOne(database, sql: "SELECT id FROM suite WHERE project = ? AND engine = ?", arguments: [key.project, key.engine])
    }

    /// - Parameter before: a run's name; `nil` has no end.
    static func trend(_ database: Database, suite: Int, before: String?, limit: Int) throws -> [TrendPoint] {
        try Row.fetchAll(database, sql: """
            SELECT name, started_at, git_commit, branch, total, passed, failed + timed_out + crashed + out_of_memory + unreadable, coalesce(wall, 0)
            FROM run WHERE suite_id = ? AND is_full = 1 AND name < ? ORDER BY name DESC LIMIT ?
            """, arguments: [suite, before ?? "~", limit]).map { row in
            TrendPoint(run: row[0], startedAt: row[1], commit: row[2], branch: row[3], total: row[4], passed: row[5], failed: row[6], wall: row[7])
        }.reversed()
    }
}

extension TrendPoint {
    /// The point of a run that has ended.
    init?(_ run: RunFolder) {
        guard let summary = run.summary else { return nil }
        let source = run.source
        self.init(run: run.spec.id, startedAt: summary.startedAt, commit: RunFacts.line(source?.commit), branch: RunFacts.line(source?.branch), total: summary.total,
                  passed: summary.outcomes[.pass] ?? 0, failed: summary.outcomes.reduce(0) { $0 + ($1.key.isFailure ? $1.value : 0) }, wall: summary.wall)
    }
}
