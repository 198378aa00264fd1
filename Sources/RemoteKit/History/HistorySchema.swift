import Fleet
import GRDB

/// The tables of the history, and the views that are documented ("docs/history.md"). Tables may change with any release, views keep their columns.
enum HistorySchema {
    /// `PRAGMA application_id` of the file: `SLTH`.
    static let applicationID = 0x534C_5448

    /// Brings a database of any earlier release up to date.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            try database.execute(sql: tables)
            try database.execute(sql: HistoryViews.sql)
        }
        return migrator
    }

    /// A suite is a project with a kind of engine: runs are compared within it only. `last_full` is the name of its latest full run. Numbers of
    /// outcomes are those of the scoreboard. Durations are microseconds, `finished_ms` counts from the start of the run: small numbers take few bytes.
    /// `result` is in the order of the runs, so that an import only appends; the past of a file is one look-up a run.
    private static var tables: String {
        """
        CREATE TABLE suite(id INTEGER PRIMARY KEY, project TEXT NOT NULL, engine TEXT NOT NULL, last_full TEXT, UNIQUE(project, engine));
        CREATE TABLE run(
            id INTEGER PRIMARY KEY, name TEXT NOT NULL, host TEXT NOT NULL, folder TEXT NOT NULL, stamp TEXT NOT NULL,
            suite_id INTEGER NOT NULL, is_full INTEGER NOT NULL, workspace TEXT NOT NULL, started_by TEXT NOT NULL,
            branch TEXT, git_commit TEXT, dirty INTEGER, tree_digest TEXT, partial_sync INTEGER NOT NULL,
            engine TEXT NOT NULL, engine_version TEXT, engine_digest TEXT, worker_digest TEXT, machine TEXT, kernel TEXT, environment_digest TEXT,
            configuration_digest TEXT NOT NULL, client TEXT, command_line TEXT, seed TEXT NOT NULL, mode TEXT NOT NULL, ended TEXT, error TEXT,
            started_at REAL NOT NULL, finished_at REAL, wall REAL, workers INTEGER NOT NULL,
            total INTEGER NOT NULL, passed INTEGER NOT NULL, failed INTEGER NOT NULL, timed_out INTEGER NOT NULL, crashed INTEGER NOT NULL,
            out_of_memory INTEGER NOT NULL, unreadable INTEGER NOT NULL, blocked INTEGER NOT NULL, unsupported INTEGER NOT NULL,
            skipped INTEGER NOT NULL, untested INTEGER NOT NULL, flaky INTEGER NOT NULL, tests INTEGER NOT NULL, errors INTEGER NOT NULL,
            UNIQUE(name, host));
        CREATE INDEX run_order ON run(suite_id, is_full, name);
        CREATE TABLE file(id INTEGER PRIMARY KEY, suite_id INTEGER NOT NULL, path TEXT NOT NULL, category TEXT NOT NULL, subcategory TEXT, UNIQUE(suite_id, path));
        CREATE INDEX file_path ON file(path);
        CREATE TABLE file_state(
            file_id INTEGER PRIMARY KEY, seen_name TEXT NOT NULL, tested_name TEXT, outcome INTEGER, tested_at REAL, passed_name TEXT, passed_at REAL);
        CREATE TABLE result(
            run_id INTEGER NOT NULL, file_id INTEGER NOT NULL, iteration INTEGER NOT NULL, outcome INTEGER NOT NULL,
            tests INTEGER NOT NULL, skipped INTEGER NOT NULL, errors INTEGER NOT NULL, duration_us INTEGER NOT NULL, cpu_us INTEGER,
            attempt INTEGER NOT NULL, worker INTEGER, finished_ms INTEGER NOT NULL, is_flaky INTEGER NOT NULL,
            message_id INTEGER, stopped_at INTEGER, consequences INTEGER,
            PRIMARY KEY(run_id, file_id, iteration)) WITHOUT ROWID;
        CREATE INDEX result_failed ON result(file_id, run_id) WHERE outcome IN (\(failures));
        CREATE TABLE failure(
            run_id INTEGER NOT NULL, file_id INTEGER NOT NULL, iteration INTEGER NOT NULL, number INTEGER NOT NULL,
            line INTEGER NOT NULL, record_line INTEGER, identity TEXT, occurrence INTEGER, kind TEXT, caused_by INTEGER,
            message_id INTEGER NOT NULL, sql_id INTEGER NOT NULL, result_digest INTEGER, script_id INTEGER,
            PRIMARY KEY(run_id, file_id, iteration, number)) WITHOUT ROWID;
        CREATE TABLE flaky_record(
            run_id INTEGER NOT NULL, file_id INTEGER NOT NULL, iteration INTEGER NOT NULL, number INTEGER NOT NULL,
            line INTEGER NOT NULL, failed INTEGER NOT NULL, runs INTEGER NOT NULL, identity TEXT, occurrence INTEGER,
            PRIMARY KEY(run_id, file_id, iteration, number)) WITHOUT ROWID;
        CREATE TABLE text(id INTEGER PRIMARY KEY, value TEXT NOT NULL);
        """
    }

    /// The numbers of the outcomes of files that did not hold: few, so that an index of them is small.
    static var failures: String { numbers(\.isFailure) }
    /// The numbers of the outcomes of files that were tested.
    static var verdicts: String { numbers(\.isVerdict) }

    private static func numbers(_ isMeant: (Outcome) -> Bool) -> String { Outcome.allCases.filter(isMeant).map { "\($0.code)" }.joined(separator: ", ") }
}
