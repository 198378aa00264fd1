import Fleet

/// The queries that the former scripts had by name, on the views `test_files`, `test_runs` and `test_results`.
public enum FormerPreset: String, Sendable, CaseIterable {
    case failedFiles = "failed-files", progress, byCategory = "by-category", flakyTests = "flaky-tests", recentRuns = "recent-runs", untested
    case slowTests = "slow-tests", latestFailures = "latest-failures"

    /// What it shows.
    public var words: String {
        switch self {
        case .failedFiles: "files that fail"
        case .progress: "the pass rate over the latest runs"
        case .byCategory: "the pass rate by category"
        case .flakyTests: "files that passed in some of the latest twenty full runs and failed in others"
        case .recentRuns: "the latest runs"
        case .untested: "files that no run has tested"
        case .slowTests: "the slowest files, on average over the latest five full runs"
        case .latestFailures: "the latest failures, with their messages"
        }
    }

    /// One SELECT about a suite.
    public func sql(_ suite: SuiteKey) -> String {
        let project = "'\(suite.project.replacing("'", with: "''"))'", engine = "'\(suite.engine.replacing("'", with: "''"))'"
        let suite = "project = \(project) AND engine_kind = \(engine)"
        // The tables of the views, a few runs of them: all results of all runs would take seconds.
        let id = "(SELECT id FROM suite WHERE project = \(project) AND engine = \(engine))"
        let runs = { (count: Int) in "SELECT id FROM run WHERE suite_id = \(id) AND is_full = 1 ORDER BY name DESC LIMIT \(count)" }
        return switch self {
        case .failedFiles:
            "SELECT file_path, category, last_tested FROM test_files WHERE status IN ('FAIL', 'TIMEOUT') AND \(suite) ORDER BY category, file_path"
        case .progress:
            """
            SELECT run_id, started_at AS run_time, passed, failed, round(100.0 * passed / total_files, 1) AS pass_rate
            FROM test_runs WHERE \(suite) ORDER BY run_id DESC LIMIT 10
            """
        case .byCategory:
            """
            SELECT category, count(*) AS total, sum(status = 'PASS') AS passed, sum(status IN ('FAIL', 'TIMEOUT')) AS failed, sum(status = 'UNTESTED') AS untested,
                round(100.0 * sum(status = 'PASS') / count(*), 1) AS pass_pct
            FROM test_files WHERE \(suite) GROUP BY category ORDER BY pass_pct DESC, category
            """
        case .flakyTests:
            """
            SELECT file.path AS file_path, seen.total_runs, seen.passes, seen.fails FROM (
                SELECT failing.file_id, count(*) AS total_runs, sum(x.outcome = \(Outcome.pass.code)) AS passes, sum(x.outcome IN (\(HistorySchema.failures))) AS fails
                FROM (SELECT DISTINCT file_id FROM result WHERE outcome IN (\(HistorySchema.failures)) AND run_id IN (\(runs(20)))) failing
                CROSS JOIN (\(runs(20))) r CROSS JOIN result x ON x.run_id = r.id AND x.file_id = failing.file_id GROUP BY failing.file_id) seen
            JOIN file ON file.id = seen.file_id WHERE seen.passes > 0 AND seen.fails > 0 ORDER BY seen.total_runs DESC, file_path LIMIT 20
            """
        case .recentRuns:
            "SELECT run_id, started_at AS started, total_files, passed, failed, git_commit FROM test_runs WHERE \(suite) ORDER BY run_id DESC LIMIT 5"
        case .untested:
            """
            SELECT file_path, category, subcategory FROM test_files WHERE status = 'UNTESTED' AND \(suite)
            ORDER BY category, subcategory, file_path LIMIT 50
            """
        case .slowTests:
            """
            SELECT file.path AS file_path, slow.avg_duration_ms, slow.max_duration_ms, slow.run_count FROM (
                SELECT x.file_id, avg(x.duration_us) / 1e3 AS avg_duration_ms, max(x.duration_us) / 1e3 AS max_duration_ms, count(*) AS run_count FROM result x
                WHERE x.run_id IN (\(runs(5))) AND (x.outcome = \(Outcome.pass.code) OR x.outcome IN (\(HistorySchema.failures)))
                GROUP BY x.file_id HAVING avg(x.duration_us) > 0 ORDER BY 2 DESC, 1 LIMIT 20) slow
            JOIN file ON file.id = slow.file_id ORDER BY slow.avg_duration_ms DESC, file_path
            """
        case .latestFailures:
            """
            SELECT r.file_path, f.category, r.error_message, r.tested_at
            FROM (SELECT * FROM test_results WHERE run_id IN (SELECT run_id FROM test_runs WHERE \(suite) ORDER BY run_id DESC LIMIT 5)
                AND status IN ('FAIL', 'TIMEOUT') AND \(suite)) r
            LEFT JOIN test_files f ON f.file_path = r.file_path AND f.project = r.project AND f.engine_kind = r.engine_kind
            ORDER BY r.tested_at DESC, r.file_path LIMIT 20
            """
        }
    }
}
