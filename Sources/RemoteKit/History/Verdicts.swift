import Fleet
import GRDB

/// The verdicts on a file in the full runs of its suite, the latest first.
struct Verdicts {
    private let statement: Statement
    private let suite: Int
    private let before: String

    /// - Parameter before: a run's name; that run and later ones are left out.
    init(_ database: Database, suite: Int, before: String) throws {
        self.suite = suite
        self.before = before
        // One look-up in `result` a run, which ends with the last row that is asked for.
        statement = try database.makeStatement(sql: """
            SELECT r.id, x.outcome, r.git_commit, r.started_at FROM run r CROSS JOIN result x ON x.run_id = r.id AND x.file_id = ?
            WHERE r.suite_id = ? AND r.is_full = 1 AND r.name < ? ORDER BY r.name DESC
            """)
    }

    /// - Returns: `nil` where no run has a verdict.
    func past(of file: Int, limit: Int) throws -> FailurePast? {
        var past = Count(limit: limit), current: Run?
        let rows = try Row.fetchCursor(statement, arguments: [file, suite, before])
        while let row = try rows.next() {
            guard let outcome = Outcome(code: row[1]), outcome.isVerdict else { continue }
            let id: Int = row[0]
            // Rounds of a soak run: one that failed is enough.
            if current?.id == id {
                if outcome.isFailure { current?.hasFailed = true }
                continue
            }
            if let run = current, !past.take(run) { return past.past }
            current = Run(id: id, hasFailed: outcome.isFailure, commit: row[2], startedAt: row[3])
        }
        if let run = current { _ = past.take(run) }
        return past.past.runs > 0 ? past.past : nil
    }

    private struct Run {
        let id: Int
        var hasFailed: Bool
        let commit: String?
        let startedAt: Double
    }

    private struct Count {
        let limit: Int
        var past = FailurePast(runs: 0, failed: 0)
        private var isSeries = true

        init(limit: Int) { self.limit = limit }

        /// - Returns: whether earlier runs matter.
        mutating func take(_ run: Run) -> Bool {
            if past.runs < limit {
                past.runs += 1
                if run.hasFailed { past.failed += 1 }
            }
            isSeries = isSeries && run.hasFailed
            if isSeries { (past.firstCommit, past.firstAt) = (run.commit, run.startedAt) }
            return isSeries || past.runs < limit
        }
    }
}
