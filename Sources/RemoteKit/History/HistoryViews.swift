import Fleet

/// The views of the history, with a few words for each: what a user's SQL may rely on.
public enum HistoryViews {
    /// A view that is documented.
    public struct View: Sendable {
        public let name: String
        /// What a row is.
        public let words: String
        /// Ends in a WHERE clause for those of the former scripts.
        let select: String
    }

    /// All of them, the ones of the former scripts last.
    public static let all: [View] = [
        View(name: "runs", words: "a run that was fetched or imported", select: """
            SELECT run.name AS run, run.host, suite.project, suite.engine AS engine_kind, run.is_full, run.branch, run.git_commit, run.dirty, run.tree_digest,
                run.partial_sync, run.engine, run.engine_version, run.engine_digest, run.worker_digest, run.machine, run.kernel, run.environment_digest,
                run.configuration_digest, run.client, run.command_line, run.seed, run.mode, run.ended, run.error, run.started_by, run.workspace,
                run.started_at, run.finished_at, run.wall, run.workers, run.total, run.passed, run.failed, run.timed_out, run.crashed, run.out_of_memory,
                run.unreadable, run.blocked, run.unsupported, run.skipped, run.untested, run.flaky, run.tests, run.errors
            FROM run JOIN suite ON suite.id = run.suite_id
            """),
        View(name: "files", words: "a file of a project's suite, as full runs have left it", select: """
            SELECT suite.project, suite.engine AS engine_kind, file.path AS file, file.category, file.subcategory, \(outcome("file_state.outcome")) AS last_outcome,
                file_state.tested_name AS last_tested_run, file_state.tested_at AS last_tested_at, file_state.passed_name AS last_passed_run,
                file_state.passed_at AS last_passed_at, file_state.seen_name AS last_seen_run, coalesce(file_state.seen_name = suite.last_full, 0) AS is_current
            FROM file JOIN suite ON suite.id = file.suite_id LEFT JOIN file_state ON file_state.file_id = file.id
            """),
        View(name: "results", words: "what a file came to in a run", select: """
            SELECT run.name AS run, run.host, suite.project, suite.engine AS engine_kind, run.is_full, file.path AS file, file.category, result.iteration,
                \(outcome("result.outcome")) AS outcome, result.tests, result.skipped, result.errors, result.consequences,
                result.duration_us / 1e6 AS duration, result.cpu_us / 1e6 AS cpu, result.attempt, result.worker,
                run.started_at + result.finished_ms / 1e3 AS finished_at, result.is_flaky, message.value AS message, result.stopped_at
            FROM result JOIN run ON run.id = result.run_id JOIN file ON file.id = result.file_id AND file.suite_id = run.suite_id
            JOIN suite ON suite.id = run.suite_id LEFT JOIN text AS message ON message.id = result.message_id
            """),
        View(name: "failures", words: "a record that did not hold in a run", select: """
            SELECT run.name AS run, run.host, suite.project, suite.engine AS engine_kind, run.is_full, file.path AS file, file.category, failure.iteration,
                failure.line, failure.record_line, failure.identity, failure.occurrence, failure.kind, failure.caused_by, message.value AS message, sql.value AS sql,
                printf('%016x', failure.result_digest) AS result_digest, script.value AS script
            FROM failure JOIN run ON run.id = failure.run_id JOIN file ON file.id = failure.file_id AND file.suite_id = run.suite_id
            JOIN suite ON suite.id = run.suite_id JOIN text AS message ON message.id = failure.message_id JOIN text AS sql ON sql.id = failure.sql_id
            LEFT JOIN text AS script ON script.id = failure.script_id
            """),
        View(name: "flaky_records", words: "a record that held in some tries of a run only", select: """
            SELECT run.name AS run, run.host, suite.project, suite.engine AS engine_kind, file.path AS file, flaky_record.iteration, flaky_record.line,
                flaky_record.failed, flaky_record.runs, flaky_record.identity, flaky_record.occurrence
            FROM flaky_record JOIN run ON run.id = flaky_record.run_id JOIN file ON file.id = flaky_record.file_id JOIN suite ON suite.id = run.suite_id
            """),
        View(name: "test_files", words: "a file, as the former scripts had it", select: """
            SELECT file.path AS file_path, \(formerCategory) AS category, coalesce(file.subcategory, 'root') AS subcategory,
                \(formerStatus("file_state.outcome")) AS status, datetime(file_state.tested_at, 'unixepoch') AS last_tested,
                datetime(file_state.passed_at, 'unixepoch') AS last_passed, suite.project, suite.engine AS engine_kind
            FROM file JOIN suite ON suite.id = file.suite_id LEFT JOIN file_state ON file_state.file_id = file.id
            WHERE (file_state.seen_name IS NULL OR file_state.seen_name = suite.last_full)
            """),
        View(name: "test_runs", words: "a full run, as the former scripts had it", select: """
            SELECT run.name AS run_id, datetime(run.started_at, 'unixepoch') AS started_at, datetime(run.finished_at, 'unixepoch') AS completed_at,
                run.total AS total_files, run.passed, run.failed + run.timed_out + run.crashed + run.out_of_memory + run.unreadable AS failed,
                run.untested + run.blocked + run.unsupported + run.skipped AS untested, run.git_commit, run.branch AS branch_name, NULL AS ci_run_id,
                suite.project, suite.engine AS engine_kind
            FROM run JOIN suite ON suite.id = run.suite_id WHERE run.is_full
            """),
        View(name: "test_results", words: "what a file came to in a full run, as the former scripts had it", select: """
            SELECT run.id * 1048576 + result.file_id AS result_id, run.name AS run_id, file.path AS file_path, \(formerStatus("result.outcome")) AS status,
                datetime(run.started_at + result.finished_ms / 1e3, 'unixepoch') AS tested_at, CAST(round(result.duration_us / 1e3) AS INTEGER) AS duration_ms,
                coalesce((SELECT first.value FROM failure JOIN text AS first ON first.id = failure.message_id WHERE failure.run_id = result.run_id
                    AND failure.file_id = result.file_id AND failure.iteration = result.iteration AND failure.number = 0), message.value) AS error_message,
                suite.project, suite.engine AS engine_kind
            FROM result JOIN run ON run.id = result.run_id AND run.is_full JOIN file ON file.id = result.file_id AND file.suite_id = run.suite_id
            JOIN suite ON suite.id = run.suite_id LEFT JOIN text AS message ON message.id = result.message_id WHERE true
            """),
    ]

    static var sql: String { all.map { "CREATE VIEW \($0.name) AS \($0.select);" }.joined(separator: "\n") }

    /// The word of an outcome's number, as in records.
    private static func outcome(_ column: String) -> String {
        "CASE \(column) " + Outcome.allCases.map { "WHEN \($0.code) THEN '\($0.rawValue)'" }.joined(separator: " ") + " END"
    }

    private static func formerStatus(_ column: String) -> String {
        let words = Outcome.allCases.map { "WHEN \($0.code) THEN '\(FormerStatus($0).rawValue)'" }
        return "CASE coalesce(\(column), \(Outcome.untested.code)) \(words.joined(separator: " ")) END"
    }

    private static var formerCategory: String {
        let names = SuiteCategory.former.map { "'\($0)'" }.joined(separator: ", ")
        return "CASE WHEN file.category IN (\(names)) THEN file.category ELSE 'other' END"
    }
}
