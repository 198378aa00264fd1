public import Fleet
import GRDB
import Platform

extension RunHistory {
    /// How long a file took.
    public struct SlowFile: Sendable, Equatable, Encodable {
        public var file: String
        public var outcome: Outcome
        /// Wall-clock and CPU seconds in the last full run.
        public var duration: Double
        public var cpu: Double?
        /// The medians of earlier full runs in which the file had a verdict; `nil` where there are none.
        public var medianDuration: Double?
        public var medianCPU: Double?
        /// How many those are, at most 20.
        public var runs: Int
    }

    /// The slowest files of the suite's last full run, the slowest first.
    public func slowest(in key: SuiteKey, limit: Int) throws(RemoteError) -> (run: String?, files: [SlowFile]) {
        try asking((nil, [])) { database in
            guard let suite = try suite(key, database),
                  let run = try Row.fetchOne(database, sql: "SELECT id, name FROM run WHERE suite_id = ? AND is_full = 1 ORDER BY name DESC LIMIT 1", arguments: [suite]) else {
                return (nil, [])
            }
            let times = try PastDurations(database, suite: suite, before: run[1])
            let rows = try Row.fetchAll(database, sql: """
                SELECT x.file_id, file.path, max(x.outcome), max(x.duration_us) / 1e6, max(x.cpu_us) / 1e6 FROM result x JOIN file ON file.id = x.file_id
                WHERE x.run_id = ? GROUP BY x.file_id ORDER BY 4 DESC, 2 LIMIT ?
                """, arguments: [run[0], limit])
            return (run[1], try rows.map { row in
                let past = try times.of(row[0])
                return SlowFile(file: row[1], outcome: Outcome(code: row[2]) ?? .untested, duration: row[3], cpu: row[4], medianDuration: Median.of(past.wall),
                                medianCPU: Median.of(past.cpu), runs: past.wall.count)
            })
        }
    }

    /// A file that has not been tested for a while.
    public struct UntestedFile: Sendable, Equatable, Encodable {
        public var file: String
        public var category: String
        /// The latest full run that has a verdict on it; `nil` where none has.
        public var lastTestedRun: String?
        /// Seconds since 1970.
        public var lastTestedAt: Double?
        /// The verdict of that run.
        public var lastOutcome: Outcome?
        /// What the last full run says of it, such as why it is blocked; `nil` where it has no record of it.
        public var outcome: Outcome?
        public var reason: String?
    }

    /// Files of the suite on which its last full run has no verdict: those that no run has tested first, then the longest untested.
    public func untested(in key: SuiteKey, limit: Int) throws(RemoteError) -> (run: String?, count: Int, files: [UntestedFile]) {
        try asking((nil, 0, [])) { database in
            guard let suite = try suite(key, database) else { return (nil, 0, []) }
            let last = try Row.fetchOne(database, sql: "SELECT id, name FROM run WHERE suite_id = ? AND is_full = 1 ORDER BY name DESC LIMIT 1", arguments: [suite])
            let from = """
                FROM file LEFT JOIN file_state s ON s.file_id = file.id
                WHERE file.suite_id = :suite AND (s.file_id IS NULL OR s.seen_name = :name) AND (s.tested_name IS NULL OR s.tested_name < :name)
                """
            let arguments: StatementArguments = ["suite": suite, "name": last?[1] as String? ?? "~"]
            let count = try Int.fetchOne(database, sql: "SELECT count(*) \(from)", arguments: arguments) ?? 0
            let files = try Row.fetchAll(database, sql: """
                SELECT file.path, file.category, s.tested_name, s.tested_at, s.outcome, file.id \(from) ORDER BY s.tested_name IS NOT NULL, s.tested_name, file.path LIMIT :limit
                """, arguments: arguments &+ ["limit": limit])
            let now = try database.makeStatement(sql: """
                SELECT x.outcome, t.value FROM result x LEFT JOIN text t ON t.id = x.message_id WHERE x.run_id = ? AND x.file_id = ? LIMIT 1
                """)
            return (last?[1], count, try files.map { row in
                let there = try last.flatMap { try Row.fetchOne(now, arguments: [$0[0] as Int, row[5] as Int]) }
                return UntestedFile(file: row[0], category: row[1], lastTestedRun: row[2], lastTestedAt: row[3], lastOutcome: (row[4] as Int?).flatMap { Outcome(code: $0) },
                                    outcome: there.flatMap { Outcome(code: $0[0]) }, reason: there?[1])
            })
        }
    }
}
