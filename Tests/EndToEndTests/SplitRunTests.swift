import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("files that a fleet runs in parts")
struct SplitRunTests {
    private static func settings(workers: Int, _ more: String = "") -> String { "[suite]\nfiles = [\"tests/**/*.test\"]\n[run]\nworkers = \(workers)\n\(more)\n" }

    /// A script of queries that each take so long, and of which some fail.
    private static func script(_ queries: Int, steps: Int) -> String {
        "statement ok\nCREATE TABLE t(a)\n\nstatement ok\nINSERT INTO t VALUES(1)\n\n" + (0..<queries).map { number in
            """
            query I rowsort label-\(number % 3)
            WITH RECURSIVE c(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM c WHERE x < \(steps)) SELECT count(*) + \(number % 4) FROM c, t
            ----
            \(steps + (number % 5 == 0 ? 9 : number % 4))


            """
        }.joined()
    }

    /// Its records but for what they say of time and of workers.
    private func comparable(_ records: [FileRecord]) -> [String: FileRecord] {
        let records = records.map { record in
            var record = record
            (record.id, record.duration, record.cpu, record.worker, record.finishedAt, record.parts) = (0, 0, 0, nil, 0, nil)
            return record
        }
        return Dictionary(uniqueKeysWithValues: records.map { ($0.file, $0) })
    }

    private func records(_ project: Project, _ finished: RunningProgram.Finished, count: Int) throws -> [FileRecord] {
        let id = try project.decode(RunResult.self, finished).status.id
        return try project.records(id, count: count)
    }

    @Test("records are those of whole files, and the report says what was run in parts")
    func sameRecords() async throws {
        let project = try await Project(Self.settings(workers: 3))
        try await project.generate(files: 30, failures: 20)
        let whole = try records(project, try await project.slt("run", "--split", "off", "--json"), count: 30)
        #expect(whole.allSatisfy { $0.parts == nil })
        let run = try await project.slt("run", "--split", "3", "--json")
        #expect(run.code == 1, "\(run)")
        let parts = try records(project, run, count: 30)
        #expect(comparable(parts) == comparable(whole))
        let cut = parts.filter { $0.parts != nil }
        #expect(cut.count > 10)
        let id = try project.decode(RunResult.self, run).status.id
        let report = try await project.slt("report", id)
        let first = try #require(cut.map(\.file).sorted().first)
        #expect(report.text.contains("\(first) was run in "), "\(report)")
        #expect(!project.exists(try project.runDirectory(id).path + "/parts"))
    }

    @Test("a file that took more than a worker's share is run in parts the next time, and the time after that, too")
    func automatic() async throws {
        let project = try await Project(files: ["tests/long.test": Self.script(24, steps: 400_000), "tests/short.test": "query I\nSELECT 1\n----\n1\n"], Self.settings(workers: 2))
        let first = try records(project, try await project.slt("run", "--json"), count: 2)
        #expect(first.allSatisfy { $0.parts == nil })
        for _ in 0..<2 {
            let next = try records(project, try await project.slt("run", "--json"), count: 2)
            let long = try #require(next.first { $0.file == "tests/long.test" })
            #expect(long.parts?.count == 6, "\(next)")
            #expect(comparable(next) == comparable(first))
        }
    }

    @Test("in the dialect rs a file in parts ends at its first failure, also where a statement is to blame", arguments: ["query", "statement"])
    func firstFailure(kind: String) async throws {
        let fault = kind == "query" ? "query I\nSELECT 1\n----\n2\n\n" : "statement error\nCREATE TABLE u(a)\n\n"
        let queries = (0..<20).map { "query I\nSELECT \($0)\n----\n\($0)\n\n" }
        let text = "statement ok\nCREATE TABLE t(a)\n\n" + queries.prefix(9).joined() + fault + queries.dropFirst(9).joined()
        var found: [[String: FileRecord]] = []
        for split in ["off", "3"] {
            let project = try await Project(files: ["tests/a.test": text, "tests/b.test": queries.joined()],
                                            "[suite]\nfiles = [\"tests/*.test\"]\n[engine]\ndialect = \"rs\"\n[run]\nworkers = 3\nsplit = \"\(split)\"\n")
            let records = try records(project, try await project.slt("run", "--json"), count: 2)
            if split == "3" { #expect(records.first { $0.file == "tests/b.test" }?.parts?.count == 5) }
            found.append(comparable(records))
        }
        #expect(found[0]["tests/a.test"]?.outcome == .fail)
        #expect(found[1] == found[0])
    }

    // MARK: Kills

    /// The process that holds the claim of a part of the only file, other than these.
    private func owner(_ run: RunDirectory, _ folder: String, except others: Set<Int32> = []) -> Int32? {
        let claims = run.path + folder
        for name in (try? FileManager.default.contentsOfDirectory(atPath: claims)) ?? [] {
            let line = (try? String(contentsOfFile: "\(claims)/\(name)", encoding: .utf8)) ?? ""
            let words = line.split(separator: " ")
            if line.hasPrefix("held "), words.count > 4, let pid = Int32(words[3]), !others.contains(pid) { return pid }
        }
        return nil
    }

    private static let slow = script(16, steps: 2_000_000)

    private func whole() async throws -> [String: FileRecord] {
        let project = try await Project(files: ["tests/long.test": Self.slow], Self.settings(workers: 1))
        return comparable(try records(project, try await project.slt("run", "--json"), count: 1))
    }

    @Test("a worker that runs parts of another's file is killed: they are run again, and the file has the record of a whole run at its first try")
    func killedHelper() async throws {
        let project = try await Project(files: ["tests/long.test": Self.slow], Self.settings(workers: 2, "split = 2"))
        let client = try project.start(["run", "--json"])
        let live = try await project.status { $0.running > 0 }
        let run = try project.runDirectory(live.id)
        var helper: Int32?
        _ = try await eventually {
            guard let coordinator = owner(run, "/claims") else { return false }
            helper = owner(run, "/parts/0/claims", except: [coordinator])
            return helper != nil
        }
        try project.kill(try #require(helper), of: live.id)
        let end = try await client.finish()
        let found = try records(project, end, count: 1)
        #expect(comparable(found) == (try await whole()))
        #expect(found.first?.parts?.count == 4)
        #expect(try project.decode(RunResult.self, end).status.restarts == 1)
    }

    @Test("the worker that holds the file is killed: another one puts the parts together, finished ones included")
    func killedCoordinator() async throws {
        let project = try await Project(files: ["tests/long.test": Self.slow], Self.settings(workers: 2, "split = 2"))
        let client = try project.start(["run", "--json"])
        let live = try await project.status { $0.running > 0 }
        let run = try project.runDirectory(live.id)
        let results = run.path + "/parts/0/results/0"
        let isUnderWay = try await eventually { (try? FileManager.default.contentsOfDirectory(atPath: results))?.isEmpty == false }
        #expect(isUnderWay)
        let first = try #require(try FileManager.default.contentsOfDirectory(atPath: results).first)
        let before = try Data(contentsOf: URL(filePath: "\(results)/\(first)"))
        try project.kill(try #require(owner(run, "/claims")), of: live.id)
        let isTakenOver = try await eventually { project.exists(run.path + "/claims/0.2") || !project.exists(results) }
        #expect(isTakenOver)
        if let now = try? Data(contentsOf: URL(filePath: "\(results)/\(first)")) { #expect(now == before) }
        let found = try records(project, try await client.finish(), count: 1)
        var expected = try await whole()
        expected["tests/long.test"]?.attempt = 2
        #expect(comparable(found) == expected)
    }

    @Test("a query that ends its process gives the record of a whole run, whoever comes upon it")
    func crashingQuery() async throws {
        let folder = try TemporaryFolder()
        let library = try await FaultyEngine.compile("#include <signal.h>\n" + FaultyEngine.source + #"""

            int sqlite3_step(sqlite3_stmt *statement) {
                static int (*call)(sqlite3_stmt *);
                if (!call) call = (int (*)(sqlite3_stmt *))real("sqlite3_step");
                const char *sql = sqlite3_sql(statement);
                if (sql && strstr(sql, "'crash'")) raise(SIGSEGV);
                return call(statement);
            }
            """#, to: "crashing", in: folder)
        let script = Self.script(20, steps: 100) + "query T\nSELECT 'crash'\n----\ncrash\n\n" + Self.script(0, steps: 1) + Self.script(20, steps: 100)
        var found: [[String: FileRecord]] = []
        for split in ["off", "2"] {
            let project = try await Project(files: ["tests/crash.test": script, "tests/good.test": Self.script(8, steps: 10)],
                                            "[suite]\nfiles = [\"tests/*.test\"]\n[engine]\nlibrary = \"\(library)\"\n[run]\nworkers = 2\nsplit = \"\(split)\"\n")
            found.append(comparable(try records(project, try await project.slt("run", "--json"), count: 2)))
        }
        #expect(found[0]["tests/crash.test"]?.outcome == .crashed)
        #expect(found[1] == found[0])
    }

    @Test("a part that takes too long ends the file")
    func timeout() async throws {
        let endless = "query I\nWITH RECURSIVE c(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c\n----\n1\n"
        let script = Self.script(15, steps: 10)
        let line = script.count { $0 == "\n" } + 1
        let project = try await Project(files: ["tests/loop.test": script + endless], Self.settings(workers: 2, "split = 2\nfile-timeout = 5"))
        let found = try records(project, try await project.slt("run", "--json"), count: 1)
        #expect(found.first?.outcome == .timeout)
        #expect(found.first?.message?.hasPrefix("not finished after 5 s at line \(line)") == true, "\(found)")
    }

    @Test("a rule that is none is refused with those that are")
    func mistakes() async throws {
        let project = try await Project(files: ["tests/a.test": "query I\nSELECT 1\n----\n1\n"], Self.settings(workers: 1))
        let found = try await project.slt("run", "--split", "1")
        #expect(found.code == 2, "\(found)")
        #expect(found.errors.contains("--split: must be \"auto\", \"off\" or a whole number from 2 to 1024, not \"1\""), "\(found)")
    }
}
