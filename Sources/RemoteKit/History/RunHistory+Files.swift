public import Fleet
import GRDB
import Platform

extension RunHistory {
    /// A file in one run, or one of its records.
    public struct FileRun: Sendable, Equatable, Encodable {
        public var run: String
        public var host: String
        public var isFull: Bool
        public var branch: String?
        public var commit: String?
        /// Seconds since 1970, of the run.
        public var startedAt: Double
        public var outcome: Outcome
        /// Wall-clock and CPU seconds.
        public var duration: Double
        public var cpu: Double?
        public var errors: Int
        /// What is wrong, in one line.
        public var message: String?
        /// Of one record: `nil` when the file as a whole is meant.
        public var record: RecordState?
        /// Where the record stood in this run.
        public var line: Int?
    }

    /// What a run says of one record.
    public enum RecordState: String, Sendable, Encodable {
        case failed, passed
        /// The file ended before it, or was not run.
        case notReached = "not-reached"
        /// The file has more failures than are kept.
        case unknown
    }

    /// The past of a file.
    public struct FilePast: Sendable, Equatable, Encodable {
        /// Relative to the workspace.
        public var file: String
        public var project: String
        public var engine: String
        /// Which record, where a line was asked for.
        public var identity: RecordIdentity?
        /// Its SQL, cut.
        public var sql: String?
        /// Latest first.
        public var runs: [FileRun]
    }

    /// A file's runs of all kinds, the latest first.
    /// - Parameters:
    ///   - name: the file, or the end of its path if that says which.
    ///   - line: where a record that has failed once stood in its latest failure; the record is followed when its line moves.
    /// - Throws: ``RemoteError`` `usage` for a file that is not known or several that are meant, and for a line at which no record has failed.
    public func past(of name: String, line: Int?, in key: SuiteKey, limit: Int) throws(RemoteError) -> FilePast {
        let past = try asking(nil) { database -> Result<FilePast, RemoteError>? in
            guard let suite = try suite(key, database) else { return nil }
            return try Self.past(database, suite: suite, name, line: line, key, limit)
        }
        guard let past else { throw Self.unknown(name) }
        return try past.get()
    }

    private static func unknown(_ name: String) -> RemoteError {
        RemoteError(.usage, "cannot show the past of '\(SafeText.line(name, limit: 300))': the history has no such file; names are relative to the top of the source tree")
    }

    private static func past(_ database: Database, suite: Int, _ name: String, line: Int?, _ key: SuiteKey, _ limit: Int) throws -> Result<FilePast, RemoteError> {
        var files = try Row.fetchAll(database, sql: "SELECT id, path FROM file WHERE suite_id = ? AND path = ?", arguments: [suite, name])
        if files.isEmpty {
            files = try Row.fetchAll(database, sql: "SELECT id, path FROM file WHERE suite_id = ? AND substr(path, -length(?)) = ? ORDER BY path LIMIT 4",
                                     arguments: [suite, "/" + name, "/" + name])
        }
        guard let file = files.first else { return .failure(unknown(name)) }
        guard files.count == 1 else {
            let names = files.prefix(3).map { SafeText.line($0[1] as String, limit: 200) }.joined(separator: ", ")
            return .failure(RemoteError(.usage, "cannot tell which file '\(SafeText.line(name, limit: 300))' is: several end like that, such as \(names)"))
        }
        var past = FilePast(file: file[1], project: key.project, engine: key.engine, runs: try runs(database, suite: suite, file: file[0], limit))
        guard let line else { return .success(past) }
        guard let record = try RecordPast(database, suite: suite, file: file[0], line: line) else {
            return .failure(RemoteError(.usage, "cannot show the past of line \(line) of \(SafeText.line(past.file, limit: 300)): no record that failed began there"))
        }
        past.identity = record.identity
        past.sql = record.sql
        try record.mark(&past.runs, database)
        return .success(past)
    }

    private static func runs(_ database: Database, suite: Int, file: Int, _ limit: Int) throws -> [FileRun] {
        try Row.fetchAll(database, sql: """
            SELECT r.name, r.host, r.is_full, r.branch, r.git_commit, r.started_at, x.outcome, x.duration_us / 1e6, x.cpu_us / 1e6, x.errors,
                coalesce((SELECT t.value FROM failure f JOIN text t ON t.id = f.message_id WHERE f.run_id = r.id AND f.file_id = x.file_id
                    AND f.iteration = x.iteration AND f.number = 0), m.value)
            FROM (SELECT * FROM run WHERE suite_id = :suite ORDER BY name DESC) r CROSS JOIN result x ON x.run_id = r.id AND x.file_id = :file
            LEFT JOIN text m ON m.id = x.message_id ORDER BY r.name DESC, x.iteration LIMIT :limit
            """, arguments: ["suite": suite, "file": file, "limit": limit]).map { row in
            FileRun(run: row[0], host: row[1], isFull: row[2], branch: row[3], commit: row[4], startedAt: row[5], outcome: Outcome(code: row[6]) ?? .untested,
                    duration: row[7], cpu: row[8], errors: row[9], message: row[10])
        }
    }
}
