import Fleet
import GRDB

extension RunHistory {
    /// A run in brief.
    public struct Run: Sendable, Equatable, Encodable {
        public var run: String
        public var host: String
        public var project: String
        /// The kind of engine.
        public var engine: String
        public var isFull: Bool
        public var branch: String?
        public var commit: String?
        public var dirty: Bool?
        /// Seconds since 1970.
        public var startedAt: Double
        /// Wall-clock seconds.
        public var wall: Double?
        /// `drained`, `stopped`, …; `nil` for a run that had not ended when it was fetched.
        public var ended: String?
        /// All files found, and what came of them; their sum is `total` for a run that has ended.
        public var total: Int
        public var passed: Int
        /// Of these all that did not hold, time-outs and crashes included.
        public var failed: Int
        public var keptOut: Int
        public var untested: Int
        public var flaky: Int
        /// Absolute.
        public var folder: String

        /// Of all files found, 0...1.
        public var passRate: Double { total > 0 ? Double(passed) / Double(total) : 0 }
    }

    /// Runs, latest first.
    /// - Parameters:
    ///   - project: only this one's.
    ///   - fullOnly: leaves out single-file, filtered and interrupted runs.
    public func runs(of project: String?, fullOnly: Bool = false, limit: Int) throws(RemoteError) -> [Run] {
        try asking([]) { database in
            try Row.fetchAll(database, sql: """
                SELECT r.name, r.host, s.project, s.engine, r.is_full, r.branch, r.git_commit, r.dirty, r.started_at, r.wall, r.ended, r.total, r.passed,
                    r.failed + r.timed_out + r.crashed + r.out_of_memory + r.unreadable, r.blocked + r.unsupported + r.skipped, r.untested, r.flaky, r.folder
                FROM run r JOIN suite s ON s.id = r.suite_id WHERE (:project IS NULL OR s.project = :project) AND (r.is_full OR NOT :full)
                ORDER BY r.name DESC, r.host LIMIT :limit
                """, arguments: ["project": project, "full": fullOnly, "limit": limit]).map { row in
                Run(run: row[0], host: row[1], project: row[2], engine: row[3], isFull: row[4], branch: row[5], commit: row[6], dirty: row[7], startedAt: row[8],
                    wall: row[9], ended: row[10], total: row[11], passed: row[12], failed: row[13], keptOut: row[14], untested: row[15], flaky: row[16], folder: row[17])
            }
        }
    }
}
