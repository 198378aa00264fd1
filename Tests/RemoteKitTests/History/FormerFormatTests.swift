import Fleet
import FoundationEssentials
import GRDB
@testable import RemoteKit
import TestSupport
import Testing

/// What existing scripts read, against examples that were written by hand.
@Suite("the former formats") struct FormerFormatTests {
    private let folder: TemporaryFolder
    private let place: String

    init() throws {
        folder = try TemporaryFolder()
        var crashed = MadeRun.file("test/ddl/x.test", .crashed)
        crashed.message = "signal 11"
        var failure = MadeRun.failure(12, "wrong result", sql: "SELECT a FROM t")
        failure.expected = "1\n2"
        failure.actual = "1"
        let statement = RecordFailure(line: 20, message: "no such table: t", sql: "DROP TABLE t")
        place = try MadeRun(2, commit: "abc", [
            MadeRun.file("test/select1.test"), MadeRun.file("test/evidence/e.test"), MadeRun.file("test/index/between/1/a.test", .fail, failures: [failure, statement]),
            MadeRun.file("test/random/r.test", .timeout), crashed, MadeRun.file("test/join/j.test", .blocked),
        ]).write(to: folder)
    }

    private let expected = #"""
        {"categories":{"ddl":{"errors":1,"failed":0,"pass_rate":0,"passed":0,"skipped":0,"timed_out":0,"total":1},
        "evidence":{"errors":0,"failed":0,"pass_rate":100,"passed":1,"skipped":0,"timed_out":0,"total":1},
        "index":{"errors":0,"failed":1,"pass_rate":0,"passed":0,"skipped":0,"timed_out":0,"total":1},
        "other":{"errors":0,"failed":0,"pass_rate":0,"passed":0,"skipped":1,"timed_out":0,"total":1},
        "random":{"errors":0,"failed":0,"pass_rate":0,"passed":0,"skipped":0,"timed_out":1,"total":1},
        "select":{"errors":0,"failed":0,"pass_rate":100,"passed":1,"skipped":0,"timed_out":0,"total":1}},
        "detailed_failures":[
        {"failures":[{"error_message":"signal 11","sql_statement":""}],"file_path":"test/ddl/x.test"},
        {"failures":[{"actual_result":"1","error_message":"wrong result","expected_result":"1\n2","line_number":12,"sql_statement":"SELECT a FROM t"},
        {"error_message":"no such table: t","line_number":20,"sql_statement":"DROP TABLE t"}],"file_path":"test/index/between/1/a.test"},
        {"failures":[{"error_message":"said of test/random/r.test","sql_statement":""}],"file_path":"test/random/r.test"}],
        "summary":{"errors":1,"failed":1,"pass_rate":33.33,"passed":2,"skipped":1,"tested_files":5,"timed_out":1,"total":6,"total_available_files":6},
        "tested_files":{"failed":["test/ddl/x.test","test/index/between/1/a.test"],"passed":["test/evidence/e.test","test/select1.test"],"timed_out":["test/random/r.test"]}}
        """#

    @Test("the JSON of a run has the former keys")
    func json() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(FormerResults(RunDetails(RunFolder(path: place)))), as: UTF8.self)
        #expect(text == expected.replacing("\n", with: ""))
    }

    @Test("of several rounds of a file one that failed counts, then one that passed, in whatever order they come", arguments: [
        ([Outcome.untested, .fail, .pass], 1, 0), ([.fail, .untested], 1, 0), ([.pass, .untested], 0, 1), ([.untested, .pass], 0, 1), ([.pass, .fail, .pass], 1, 0),
    ])
    func rounds(outcomes: [Outcome], failed: Int, passed: Int) throws {
        let records = outcomes.enumerated().map { round, outcome in
            var record = MadeRun.file("test/select1.test", outcome)
            record.iteration = round + 1
            return record
        }
        let results = FormerResults(try RunDetails(RunFolder(path: MadeRun(5, records).write(to: folder))))
        #expect(results.summary.totalAvailableFiles == 1)
        #expect(results.summary.counters.failed == failed)
        #expect(results.summary.counters.passed == passed)
        #expect(results.detailedFailures.count == failed)
    }

    @Test("a badge is of all files found, and only all are 100 %")
    func badge() throws {
        var many = FormerResults(try RunDetails(RunFolder(path: place)))
        let text = { (badge: Badge) in "\(badge.schemaVersion) \(badge.label) \(badge.message) \(badge.color)" }
        #expect(text(Badge(many)) == "1 sqllogictest 33.3% (2/6) red")
        (many.summary.counters.passed, many.summary.totalAvailableFiles) = (9999, 10_000)
        #expect(text(Badge(many)) == "1 sqllogictest 99.9% (9999/10000) green")
        many.summary.counters.passed = 10_000
        #expect(Badge(many).color == "brightgreen")
        #expect(text(Badge(passed: 5, of: 10, isWhole: false)) == "1 sqllogictest 50.0% (5/10) lightgrey")
        #expect(text(Badge(passed: 0, of: 0)) == "1 sqllogictest no files lightgrey")
        #expect(Badge(passed: .max - 1, of: .max).message.hasPrefix("99.9%"))
    }

    @Test("the exported database has the former tables, and full runs only")
    func database() throws {
        let history = folder.history
        var filtered = MadeRun(3, [MadeRun.file("test/select1.test", .fail)])
        filtered.filters = ["select"]
        try filtered.write(to: folder)
        try MadeRun(1, commit: "aaa", [MadeRun.file("test/select1.test", .fail), MadeRun.file("test/random/r.test"), MadeRun.file("test/gone.test")]).write(to: folder)
        _ = try history.rebuild()
        let target = folder.file("out.sqlite")
        try FormerDatabase(history).write(SuiteKey(project: "db", engine: "sqlite"), to: target)
        try DatabaseQueue(path: target).read { database in
            let lines = { (table: String) in try Row.fetchAll(database, sql: "SELECT * FROM \(table) ORDER BY 1").map { row in row.map { "\($0.0)=\($0.1)" }.joined(separator: " ") } }
            let then = "\"2025-11-24 16:00:01\""
            #expect(try lines("test_files") == [
                #"file_path="test/ddl/x.test" category="ddl" subcategory="root" status="FAIL" last_tested=\#(then) last_passed=NULL"#,
                #"file_path="test/evidence/e.test" category="evidence" subcategory="root" status="PASS" last_tested=\#(then) last_passed=\#(then)"#,
                #"file_path="test/index/between/1/a.test" category="index" subcategory="between" status="FAIL" last_tested=\#(then) last_passed=NULL"#,
                #"file_path="test/join/j.test" category="other" subcategory="root" status="UNTESTED" last_tested=NULL last_passed=NULL"#,
                #"file_path="test/random/r.test" category="random" subcategory="root" status="TIMEOUT" last_tested=\#(then) last_passed=\#(then)"#,
                #"file_path="test/select1.test" category="select" subcategory="root" status="PASS" last_tested=\#(then) last_passed=\#(then)"#,
            ])
            #expect(try lines("test_runs") == [
                #"run_id="\#(MadeRun.id(1))" started_at="2025-11-24 16:01:00" completed_at="2025-11-24 16:01:30" total_files=3 passed=2 failed=1 untested=0 git_commit="aaa" branch_name="main" ci_run_id=NULL"#,
                #"run_id="\#(MadeRun.id(2))" started_at="2025-11-24 16:02:00" completed_at="2025-11-24 16:02:30" total_files=6 passed=2 failed=3 untested=1 git_commit="abc" branch_name="main" ci_run_id=NULL"#,
            ])
            let results = try Row.fetchAll(database, sql: "SELECT run_id, file_path, status, duration_ms, error_message FROM test_results WHERE status <> 'PASS' ORDER BY 1, 2")
            #expect(results.map { row in row.map { "\($0.1)" }.joined(separator: " ") } == [
                #""\#(MadeRun.id(1))" "test/select1.test" "FAIL" 500 "said of test/select1.test""#,
                #""\#(MadeRun.id(2))" "test/ddl/x.test" "FAIL" 500 "signal 11""#,
                #""\#(MadeRun.id(2))" "test/index/between/1/a.test" "FAIL" 500 "wrong result""#,
                #""\#(MadeRun.id(2))" "test/join/j.test" "UNTESTED" 500 "said of test/join/j.test""#,
                #""\#(MadeRun.id(2))" "test/random/r.test" "TIMEOUT" 500 "said of test/random/r.test""#,
            ])
        }
    }

    @Test("each preset has its former columns", arguments: [
        (FormerPreset.failedFiles, "file_path category last_tested", 3), (.progress, "run_id run_time passed failed pass_rate", 1),
        (.byCategory, "category total passed failed untested pass_pct", 6), (.flakyTests, "file_path total_runs passes fails", 0),
        (.recentRuns, "run_id started total_files passed failed git_commit", 1), (.untested, "file_path category subcategory", 1),
        (.slowTests, "file_path avg_duration_ms max_duration_ms run_count", 5), (.latestFailures, "file_path category error_message tested_at", 3),
    ])
    func presets(preset: FormerPreset, columns: String, rows: Int) throws {
        let history = folder.history
        _ = try history.rebuild()
        var names: [String] = [], count = 0
        try HistoryQuery(history).run(preset.sql(SuiteKey(project: "db", engine: "sqlite")), columns: { names = $0 }, row: { _ in
            count += 1
            return true
        })
        #expect(names.joined(separator: " ") == columns)
        #expect(count == rows)
        try HistoryQuery(history).run(preset.sql(SuiteKey(project: "it's another", engine: "sqlite")), columns: { _ in }, row: { _ in
            Issue.record("a row of another project")
            return true
        })
    }

    @Test("a file that passed and failed is among the flaky ones, and its durations are averaged")
    func flaky() throws {
        let history = folder.history
        try MadeRun(1, [MadeRun.file("test/index/between/1/a.test", duration: 1.5), MadeRun.file("test/random/r.test", .fail)]).write(to: folder)
        _ = try history.rebuild()
        var rows: [FormerPreset: [[HistoryQuery.Value]]] = [:]
        for preset in [FormerPreset.flakyTests, .slowTests] {
            try HistoryQuery(history).run(preset.sql(SuiteKey(project: "db", engine: "sqlite")), columns: { _ in }, row: { row in
                rows[preset, default: []].append(row)
                return true
            })
        }
        #expect(rows[.flakyTests] == [[.text("test/index/between/1/a.test"), .integer(2), .integer(1), .integer(1)]])
        #expect(rows[.slowTests]?.first == [.text("test/index/between/1/a.test"), .real(1000), .real(1500), .integer(2)])
    }

    @Test("a file's category is told from its path", arguments: [
        ("third_party/sqllogictest/test/index/between/1/a.test", "index", "between", "index"), ("third_party/sqllogictest/test/select1.test", "select", nil, "select"),
        ("tests/join/a.test", "join", nil, "other"), ("a.test", "other", nil, "other"), ("x/y/a.test", "x", "y", "other"), ("test/random/test/z/a.test", "z", nil, "other"),
    ] as [(String, String, String?, String)])
    func category(path: String, name: String, sub: String?, former: String) {
        let category = SuiteCategory(path)
        #expect(category.name == name)
        #expect(category.sub == sub)
        #expect(category.former == former)
    }
}
