import Fleet
import FoundationEssentials
import TestSupport
import Testing

@Suite("files that would take the machine with them")
struct RunawayTests {
    private static let hungry = """
        statement ok
        CREATE TABLE t(b)

        statement ok
        WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100000) INSERT INTO t SELECT randomblob(1000000) FROM c

        """
    private static let endless = """
        statement ok
        CREATE TABLE t(b)

        query I nosort
        WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c
        ----
        1

        """

    @Test("SQL that wants 100 GB and a query without end are ended with their outcome and line, and the rest goes on")
    func hungryAndEndless() async throws {
        let project = try await Project(files: ["tests/hungry.test": RunawayTests.hungry, "tests/endless.test": RunawayTests.endless],
                                        "[suite]\nfiles = [\"tests/**/*.test\"]\ntimeouts = [{ files = \"**/endless.test\", time = \"6s\" }]\n[run]\nworkers = 4\nmemory = \"300M\"\n")
        try await project.generate(files: 30)
        let run = try await project.slt("run")
        #expect(run.code == 1, "\(run)")
        #expect(run.text.contains("2 of 32 files failed"), "\(run)")
        #expect(run.text.contains("tests/endless.test:4: timed out: not finished after 6 s"), "\(run)")
        let records = try project.records(try #require(project.runs().first), count: 32)
        func outcome(_ name: String) -> Outcome? { records.first { $0.file == "tests/\(name).test" }?.outcome }
        #expect(outcome("hungry") == .outOfMemory)
        #expect(outcome("endless") == .timeout)
        #expect(records.first { $0.file == "tests/endless.test" }?.stoppedAt == 4)
        #expect(records.count { $0.outcome == .pass } == 30)
    }

    @Test("a soak run finds the file that passes and fails, and the record in it")
    func flaky() async throws {
        // Half of the time, by SQLite's own dice.
        let flaky = "query I nosort\nSELECT 1\n----\n1\n\nquery I nosort\nSELECT abs(random()) % 2\n----\n0\n"
        let project = try await Project(files: ["tests/flaky.test": flaky, "tests/sound.test": passingFile],
                                        "[suite]\nfiles = [\"tests/*.test\"]\n[run]\nworkers = 2\nmode = \"soak\"\ntime = \"30m\"\n")
        let client = try project.start(["run"])
        try await project.status { ($0.iteration ?? 0) > 40 && $0.flaky == 1 }
        #expect(try await project.slt("stop").code == 0)
        let end = try await client.finish()
        #expect(end.code == 1, "\(end)")
        #expect(end.text.contains("flaky files:\n  tests/flaky.test: passed in "), "\(end)")
        #expect(end.text.contains("; line 6 failed in "), "\(end)")
        let records = try project.records(try #require(project.runs().first), count: 2)
        let found = try #require(records.first { $0.file == "tests/flaky.test" })
        #expect(found.flaky == true)
        #expect(found.outcome == .fail)
        #expect(found.flakyRecords?.map(\.line) == [6])
        #expect(records.first { $0.file == "tests/sound.test" }?.flaky == nil)
    }
}
