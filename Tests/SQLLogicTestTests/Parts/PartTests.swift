import FoundationEssentials
@testable import SQLLogicTest
import TestSupport
import Testing

@Suite("Scripts in parts") struct PartTests {
    private func blocks(_ script: Script, _ count: Int, _ options: RunOptions = RunOptions(), on engine: any Engine) -> [Int] {
        if case .parts(let blocks) = PartPlan.make(script, count: count, options: options, engine: engine) { blocks } else { [] }
    }

    /// Runs a script in parts, each of which goes through the form in which processes tell of it.
    private func merged(_ script: Script, _ blocks: [Int], _ options: RunOptions = RunOptions(), on engine: some Engine) throws -> FileVerdict {
        var merge = PartMerge(script, options: options, engine: engine.name)
        for part in ScriptPart.all(blocks) {
            let (verdict, report) = try FileRunner(options: options).run(script, part: part, on: engine)
            merge.add(verdict, try JSONDecoder().decode(PartReport.self, from: JSONEncoder().encode(report)))
        }
        #expect(!merge.isDivided)
        return merge.whole()
    }

    private func why(_ text: String, _ change: (inout RunOptions) -> Void = { _ in }, on engine: (any Engine)? = nil) throws -> String {
        var options = RunOptions()
        change(&options)
        guard case .whole(let reason) = PartPlan.make(Script(text), count: 2, options: options, engine: try engine ?? SQLiteEngine()) else { return "" }
        return reason
    }

    /// A script of so many queries that can be left out.
    private func queries(_ count: Int, _ between: String = "") -> String {
        (0..<count).map { "query I\nSELECT \($0)\n----\n\($0)\n\n" + ($0 == count / 2 ? between : "") }.joined()
    }

    // MARK: The same verdict

    @Test("parts give exactly the verdict of the whole, whatever is wrong with the script", arguments: 0..<6)
    func equality(seed: Int) throws {
        let folder = try TemporaryFolder()
        let suite = try SuiteGenerator().generate(seed: UInt64(seed), files: 24, into: folder.path)
        let engine = try SQLiteEngine()
        var cut = 0, denied = 0, caused = 0
        for (number, name) in suite.files.enumerated() {
            let text = try String(contentsOfFile: folder.file(name), encoding: .utf8)
            let script = Script(number % 4 == 0 ? text : SpoiltScript(text, seed: UInt64(seed * 1000 + number)).text)
            var options = RunOptions()
            if number % 5 == 0 { options.failureLimit = 3 }
            let whole = try FileRunner(options: options).run(script, on: engine)
            denied += whole.failures.count { $0.kind == .label }
            caused += whole.consequences
            for count in [2, 3, 8] {
                let blocks = blocks(script, count, options, on: engine)
                if blocks.isEmpty { continue }
                cut += 1
                #expect(try merged(script, blocks, options, on: engine) == whole, "\(name) in \(blocks.count) parts")
            }
        }
        #expect(cut > 40)
        #expect(denied > 0)
        #expect(caused > 0)
    }

    @Test("parts give the verdict of the whole where only the words of queries tell", arguments: 10..<13)
    func equalityByTokens(seed: Int) throws {
        let folder = try TemporaryFolder()
        let suite = try SuiteGenerator().generate(seed: UInt64(seed), files: 16, into: folder.path)
        let engine = TokenEngine(base: try SQLiteEngine())
        var cut = 0
        for (number, name) in suite.files.enumerated() {
            let text = try String(contentsOfFile: folder.file(name), encoding: .utf8)
            let script = Script(number % 4 == 0 ? text : SpoiltScript(text, seed: UInt64(seed * 1000 + number)).text)
            let blocks = blocks(script, 3, on: engine)
            if blocks.isEmpty { continue }
            cut += 1
            #expect(try merged(script, blocks, on: engine) == FileRunner().run(script, on: engine), "\(name)")
        }
        #expect(cut > 0)
    }

    @Test("in the dialect rs parts end where the whole does, at the first record that fails", arguments: 0..<40)
    func equalityRS(seed: Int) throws {
        var random = SeededRandom(UInt64(seed))
        var options = RunOptions()
        (options.dialect, options.keepsRows) = (.rs, true)
        let fault = random.below(3) == 0 ? -1 : random.below(30)
        let records = (0..<30).map { number -> String in
            let value = number == fault ? 99 : number
            return switch random.below(6) {
            case 0: "statement \(number == fault ? "error" : "ok")\nCREATE TABLE t\(number)(a)"
            case 1: "query error no such\nSELECT a FROM \(number == fault ? "(SELECT 1 AS a)" : "nosuch")"
            case 2: "query I rowsort\nSELECT \(number) UNION ALL SELECT 5\n----\n\([number, number == fault ? 6 : 5].map(String.init).sorted().joined(separator: "\n"))"
            case 3: "query I\nSELECT changes() - changes() + \(number)\n----\n\(value)"
            case 4: "skipif sqlite\nquery I\nSELECT nothing\n----\n1"
            default: "query I\nSELECT \(number)\n----\n\(value)"
            }
        }
        let script = Script(records.joined(separator: "\n\n") + "\n"), engine = try SQLiteEngine()
        let whole = try FileRunner(options: options).run(script, on: engine)
        for count in [2, 3, 8] {
            let blocks = blocks(script, count, options, on: engine)
            if blocks.isEmpty { continue }
            #expect(try merged(script, blocks, options, on: engine) == whole)
        }
    }

    @Test("a script of the dialect rs is run as one where parts could not do what it does", arguments: [
        ("sleep 1s", "it sleeps"), ("system ok\ntrue", "it starts a program"), ("connection a\nstatement ok\nSELECT 1", "it has several connections"),
        ("control substitution on", "it has variables"), ("statement ok retry 2 backoff 1s\nSELECT 1", "a record is tried again"),
    ])
    func obstaclesRS(record: String, reason: String) throws {
        #expect(try why(queries(20, record + "\n\n")) { $0.dialect = .rs }.hasSuffix(reason))
        #expect(try why(queries(20)) { $0.dialect = .rs } == "")
    }

    @Test("by its words a query is harmless only where it calls nothing that is not known", arguments: [
        ("SELECT a, upper(b) FROM t WHERE a IN (1, 2) AND EXISTS (SELECT 1)", true), ("VALUES (1), (2);", true), ("SELECT CAST(a AS NUMERIC(10, 2)) FROM t ORDER BY 1", true),
        ("SELECT count(*) OVER (ORDER BY a) FROM generate_series(1, 3) AS a", true), ("WITH c AS (SELECT 1) SELECT * FROM c", true),
        ("SELECT nextval('s')", false), ("SELECT random()", false), ("SELECT \"random\"()", false), ("SELECT now()", false), ("SELECT current_date", false),
        ("SELECT 'now'::timestamp", false), ("SELECT 1; DROP TABLE t", false), ("SELECT a INTO u FROM t", false), ("SELECT a FROM t FOR UPDATE", false),
        ("WITH c AS (DELETE FROM t RETURNING a) SELECT * FROM c", false), ("SELECT own(1)", false), ("SELECT pg_sleep(1)", false), ("SELECT setseed(1)", false),
        ("SHOW x", false), ("INSERT INTO t VALUES(1)", false), ("SELECT E'\\'; DROP TABLE t; --'", true),
    ])
    func harmlessWords(sql: String, isHarmless: Bool) {
        #expect(run(sql) { HarmlessQuery.holds($0, rules: [.postgres]) } == isHarmless)
    }

    @Test("what an engine may read as several statements is not harmless for one that nobody knows")
    func ambiguousText() {
        #expect(!run("SELECT E'\\'; DROP TABLE t; --'") { HarmlessQuery.holds($0, rules: [.common, .sqlite, .postgres]) })
    }

    @Test("a label that stands for one thing in each part is denied where it would be in the whole, with the record's other failures behind it")
    func labelsAcrossParts() throws {
        let engine = try SQLiteEngine()
        let script = Script("hash-threshold 3\n\n" + (0..<16).map { "query I rowsort same\nSELECT \($0 / 8)\n----\n\($0 % 5 == 0 ? 9 : $0 / 8)\n\n" }.joined())
        let whole = try FileRunner().run(script, on: engine)
        let parts = try merged(script, blocks(script, 2, on: engine), on: engine)
        #expect(whole.failures.count { $0.kind == .label } == 8)
        #expect(parts == whole)
    }

    @Test("rows of failures are kept as in the whole")
    func keptRows() throws {
        var options = RunOptions()
        options.keepsRows = true
        let engine = try SQLiteEngine()
        let script = Script((0..<16).map { "query II rowsort L\($0 % 3)\nSELECT \($0), 2\n----\n\($0)\n\(2 + $0 % 2)\n\n" }.joined())
        let whole = try FileRunner(options: options).run(script, on: engine)
        #expect(whole.rows?.count == 8)
        #expect(try merged(script, blocks(script, 3, options, on: engine), options, on: engine) == whole)
    }

    @Test("parts that had different databases are told")
    func differentDatabases() throws {
        let engine = try SQLiteEngine()
        let script = Script("statement ok\nCREATE TABLE t(a)\n\n" + queries(8))
        let other = Script("statement ok\nCREATE TABLE nosuch.t(a)\n\n" + queries(8))
        var merge = PartMerge(script, options: RunOptions(), engine: engine.name)
        for (part, script) in zip(ScriptPart.all(blocks(script, 2, on: engine)), [script, other]) {
            let (verdict, report) = try FileRunner().run(script, part: part, on: engine)
            merge.add(verdict, report)
        }
        #expect(merge.isDivided)
    }

    // MARK: What is left out

    @Test("a query is left out only where it reads nothing but data", arguments: [
        ("SELECT a, upper(b) FROM t WHERE a > 1 ORDER BY 1", true), ("VALUES (1), (2)", true), ("/* x */ with c(x) AS (SELECT 1) SELECT * FROM c", true),
        ("SELECT sum(a) OVER (), count(*) FILTER (WHERE a) FROM t", true), ("SELECT json_extract('[1]', '$[0]'), '{}' -> 'a'", true),
        ("SELECT a FROM t WHERE b LIKE 'x%' OR b GLOB 'x*'", true), 
        ("SELECT random()", false), ("SELECT * FROM chance", false), ("SELECT 1 FROM t ORDER BY random()", false), ("SELECT RaNdOm()", false),
        ("SELECT changes()", false), ("SELECT total_changes()", false), ("SELECT last_insert_rowid()", false), ("SELECT current_timestamp", false),
        ("SELECT date('2000-01-01')", false), ("SELECT strftime('%s', a) FROM t", false), ("SELECT hex(randomblob(1))", false), ("SELECT sqlite_version()", false),
        ("PRAGMA user_version", false), ("EXPLAIN SELECT 1", false), ("INSERT INTO t VALUES(1, 2) RETURNING a", false),
        ("WITH c(x) AS (SELECT 1) INSERT INTO t SELECT x, x FROM c", false), ("SELECT * FROM pragma_table_list", false), ("SELECT count(*) FROM dbstat", false), ("SELECT nosuch FROM t", false),
        ("DELETE FROM t", false), ("SELECT 1; DELETE FROM t", false), ("SELECT 1; -- nothing", true), ("", false), ("selects", false), ("SELECT load_extension('x')", false),
    ])
    func harmless(sql: String, isHarmless: Bool) throws {
        for isConfined in [false, true] {
            var engine = try SQLiteEngine()
            engine.isConfined = isConfined
            let connection = try engine.makeDatabase(for: "t").connectExclusively()
            for statement in ["CREATE TABLE t(a, b)", "CREATE VIEW chance AS SELECT random() AS a"] { #expect(run(statement) { connection.execute($0) } == nil) }
            let discerning = try #require(connection as? any DiscerningConnection)
            #expect(run(sql) { discerning.isHarmless($0) } == isHarmless)
            // It leaves no trace on the connection.
            #expect(run("ATTACH ':memory:' AS other") { connection.execute($0) } == nil || isConfined)
        }
    }

    @Test("nothing is left out while a transaction is open")
    func transaction() throws {
        let connection = try SQLiteEngine().makeDatabase(for: "t").connectExclusively()
        let discerning = try #require(connection as? any DiscerningConnection)
        for (statement, isHarmless) in [("BEGIN", false), ("COMMIT", true), ("SAVEPOINT s", false), ("RELEASE s", true)] {
            #expect(run(statement) { connection.execute($0) } == nil)
            #expect(run("SELECT 1") { discerning.isHarmless($0) } == isHarmless)
        }
    }

    private func run<Value>(_ sql: String, _ body: (UnsafeBufferPointer<UInt8>) -> Value) -> Value {
        Array((sql + "\0").utf8).withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0.dropLast())) }
    }

    // MARK: What is cut

    @Test("a script that may not be run in parts says why")
    func obstacles() throws {
        #expect(try why(queries(7)) == "it has too few queries that can be left out")
        #expect(try why(queries(8)) == "")
        #expect(try why(queries(20), { $0.dialect = .duckdb }) == "files of the dialect duckdb are run as one")
        #expect(try why(queries(20), { $0.haltOnError = true }) == "it is not run to its end")
        #expect(try why(queries(20, "statement ok\nATTACH '/tmp/x' AS x\n\n")) == "line 56: ATTACH reaches outside of the database")
        #expect(try why(queries(20, "statement ok\nCREATE VIRTUAL TABLE f USING fts5(a)\n\n")) == "line 56: a virtual table may do anything when it is read")
        #expect(try why(queries(20, "query I\nPRAGMA optimize\n----\n\n")) == "line 56: PRAGMA optimize depends on queries that were run")
        #expect(try why(queries(20), on: SQLiteEngine(storage: .file("/nowhere/x"))) == "its database is one file")
        var external = ExternalEngine(template: "cat")
        #expect(try why(queries(20), on: external) == "the engine is not declared deterministic")
        external.isDeterministic = true
        #expect(try why(queries(20), on: external) == "")
        #expect(try why(queries(20, "statement ok\nBEGIN\n\n"), on: external) == "line 56: this engine does not say whether a transaction is open")
        #expect(try why(queries(20, "statement ok\nCREATE VIEW v AS SELECT 1\n\n"), on: external) == "line 56: what it defines may do anything when a query names it")
        #expect(try why(queries(20, "statement ok\nCREATE ROLE r\n\n"), on: external) == "line 56: it changes what all databases of a server share")
    }

    @Test("queries in a transaction and behind the end make no blocks")
    func uselessQueries() throws {
        #expect(try why("statement ok\nBEGIN\n\n" + queries(20)) == "it has too few queries that can be left out")
        #expect(try why(queries(4) + "halt\n\n" + queries(20)) == "it has too few queries that can be left out")
        #expect(try why(queries(4) + "onlyif mysql\nhalt\n\n" + queries(20)) == "")
    }

    @Test("blocks have equally many queries, and there are fewer where there are few queries")
    func balance() throws {
        let engine = try SQLiteEngine()
        #expect(blocks(Script("statement ok\nSELECT 1\n\n" + queries(100)), 4, on: engine) == [26, 51, 76, 101])
        #expect(blocks(Script(queries(12)), 8, on: engine) == [4, 8, 12])
    }
}
