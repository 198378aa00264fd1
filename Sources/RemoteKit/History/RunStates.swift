import Fleet
import GRDB

/// What full runs have left of each file: the latest verdict, whatever order runs are imported in.
struct RunStates {
    private let database: Database

    init(_ database: Database) { self.database = database }

    /// Takes in a full run.
    func note(run: Int, suite: Int) throws {
        try database.execute(sql: Self.upsert, arguments: [run])
        try database.execute(sql: "UPDATE suite SET last_full = max(coalesce(last_full, ''), (SELECT name FROM run WHERE id = ?)) WHERE id = ?", arguments: [run, suite])
    }

    /// Makes a suite's states anew, after a run has gone.
    func renew(suite: Int) throws {
        try database.execute(sql: "DELETE FROM file_state WHERE file_id IN (SELECT id FROM file WHERE suite_id = ?)", arguments: [suite])
        try database.execute(sql: "UPDATE suite SET last_full = NULL WHERE id = ?", arguments: [suite])
        for run in try Int.fetchAll(database, sql: "SELECT id FROM run WHERE suite_id = ? AND is_full ORDER BY name", arguments: [suite]) { try note(run: run, suite: suite) }
    }

    /// Of rounds of a soak run, one that failed is what counts.
    private static var upsert: String {
        """
        INSERT INTO file_state(file_id, seen_name, tested_name, outcome, tested_at, passed_name, passed_at)
        SELECT x.file_id, r.name, iif(x.outcome IN (\(HistorySchema.verdicts)), r.name, NULL), iif(x.outcome IN (\(HistorySchema.verdicts)), x.outcome, NULL),
            iif(x.outcome IN (\(HistorySchema.verdicts)), r.started_at + x.finished_ms / 1e3, NULL), iif(x.outcome = \(Outcome.pass.code), r.name, NULL),
            iif(x.outcome = \(Outcome.pass.code), r.started_at + x.finished_ms / 1e3, NULL)
        FROM result x JOIN run r ON r.id = x.run_id WHERE x.run_id = ?
        ON CONFLICT(file_id) DO UPDATE SET
            outcome = iif(\(isNewer), excluded.outcome, outcome), tested_at = iif(\(isNewer), excluded.tested_at, tested_at),
            tested_name = iif(\(isNewer), excluded.tested_name, tested_name),
            passed_at = iif(excluded.passed_name > coalesce(passed_name, ''), excluded.passed_at, passed_at),
            passed_name = iif(excluded.passed_name > coalesce(passed_name, ''), excluded.passed_name, passed_name),
            seen_name = max(seen_name, excluded.seen_name)
        """
    }

    private static let isNewer = "(excluded.tested_name > coalesce(tested_name, '') OR (excluded.tested_name = tested_name AND excluded.outcome > outcome))"
}
