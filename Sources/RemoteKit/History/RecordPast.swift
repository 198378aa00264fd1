import Fleet
import GRDB

/// One record of a file over its runs, told by its identity; by its line where it has none.
struct RecordPast {
    private let suite: Int
    private let file: Int
    private let line: Int
    let identity: RecordIdentity?
    let sql: String

    /// - Parameter line: where the record stands, or the wrong line of its result, in the latest run in which it failed.
    /// - Returns: `nil` where no record failed there.
    init?(_ database: Database, suite: Int, file: Int, line: Int) throws {
        let found = try Row.fetchOne(database, sql: """
            SELECT f.identity, f.occurrence, coalesce(f.record_line, f.line), t.value FROM run r CROSS JOIN failure f ON f.run_id = r.id AND f.file_id = :file
            JOIN text t ON t.id = f.sql_id WHERE r.suite_id = :suite AND (f.record_line = :line OR f.line = :line) ORDER BY r.name DESC LIMIT 1
            """, arguments: ["suite": suite, "file": file, "line": line])
        guard let found else { return nil }
        (self.suite, self.file) = (suite, file)
        let digest: String? = found[0]
        identity = digest.map { RecordIdentity(digest: $0, occurrence: found[1] ?? 1) }
        self.line = found[2]
        sql = found[3]
    }

    /// Says in each run of the file what became of the record.
    func mark(_ runs: inout [RunHistory.FileRun], _ database: Database) throws {
        let failure = try database.makeStatement(sql: """
            SELECT coalesce(f.record_line, f.line), t.value FROM run r JOIN failure f ON f.run_id = r.id AND f.file_id = :file JOIN text t ON t.id = f.message_id
            WHERE r.name = :run AND r.host = :host AND CASE WHEN :digest IS NULL THEN coalesce(f.record_line, f.line) = :line
                ELSE f.identity = :digest AND f.occurrence = :occurrence END LIMIT 1
            """)
        let stop = try database.makeStatement(sql: """
            SELECT x.stopped_at, (SELECT count(*) FROM failure f WHERE f.run_id = r.id AND f.file_id = x.file_id) FROM run r JOIN result x ON x.run_id = r.id AND x.file_id = :file
            WHERE r.name = :run AND r.host = :host LIMIT 1
            """)
        var last = line
        for index in runs.indices {
            let run = runs[index]
            let found = try Row.fetchOne(failure, arguments: ["file": file, "run": run.run, "host": run.host, "digest": identity?.digest, "line": line,
                                                              "occurrence": identity?.occurrence])
            if let found {
                last = found[0]
                runs[index].record = .failed
                runs[index].line = last
                runs[index].message = found[1]
                continue
            }
            let ending = try Row.fetchOne(stop, arguments: ["file": file, "run": run.run, "host": run.host])
            runs[index].message = nil
            runs[index].record = Self.state(run, line: last, stoppedAt: ending?[0], kept: ending?[1] ?? 0)
        }
    }

    private static func state(_ run: RunHistory.FileRun, line: Int, stoppedAt: Int?, kept: Int) -> RunHistory.RecordState {
        if run.outcome == .pass { return .passed }
        guard run.outcome == .fail else { return .notReached }
        if let stoppedAt, line >= stoppedAt { return .notReached }
        return run.errors > kept ? .unknown : .passed
    }
}
