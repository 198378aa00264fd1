import Fleet
import FoundationEssentials
import TestSupport
import Testing

/// Statements that never end, in runs on a host.
@Suite("the time limit of a record, in runs") struct RecordTimeoutTests {
    private static let endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"
    private static let file = "statement ok\nCREATE TABLE t(a)\n\nquery I\n\(endless)\n----\n1\n\nquery I\nSELECT count(*) FROM t\n----\n0\n\nquery I\nSELECT 2\n----\n1\n"

    @Test("the record is a failure of its own kind, the file goes on, and a known time-out is known; it is run again and reduced as such")
    func fleet() async throws {
        let project = try await Project(files: ["tests/a.test": Self.file, "tests/b.test": passingFile],
                                        "[suite]\nfiles = [\"tests/*.test\"]\nknown-failures = \"known.toml\"\n[run]\nworkers = 1\nrecord-timeout = \"2s\"\n")
        let run = try await project.slt("run", "--json")
        #expect(run.code == 1, "\(run)")
        let result = try project.decode(RunResult.self, run)
        let record = try #require(result.failures.first)
        #expect(record.outcome == .fail)
        #expect(record.failures.map(\.kind) == [.timeout, .wrongRows])
        #expect(record.failures.first?.message == "timeout: ended after 2 s")
        #expect(record.failures.map(\.line) == [4, 17])
        let report = try await project.slt("report")
        #expect(report.text.contains("1 took longer than a record may"), "\(report)")

        let again = try await project.slt("repro", "tests/a.test:4")
        #expect(again.text.contains("in the same way as in run"), "\(again)")
        let reduced = try await project.slt("reduce", "tests/a.test:4", "-o", "small.test", "--budget", "30s")
        #expect(reduced.code == 0, "\(reduced)")
        #expect(reduced.text.contains("takes longer than a record may"), "\(reduced)")

        #expect(try await project.slt("known-failures", "update").code == 0)
        #expect(try String(contentsOfFile: project.source + "/known.toml", encoding: .utf8).contains("kind = \"timeout\""))
        let known = try await project.slt("run")
        #expect(known.code == 0, "\(known)")
    }

    @Test("a program that is ended takes its database along: the file is a time-out that says so")
    func external() async throws {
        let shim = String(#filePath[..<(#filePath.firstRange(of: "/Tests/")?.lowerBound ?? #filePath.endIndex)]) + "/docs/engines/sqlite_shim.py"
        let project = try await Project(files: ["tests/a.test": Self.file],
                                        "[suite]\nfiles = [\"tests/*.test\"]\n[engine]\nkind = \"external\"\ncommand = [\"python3 '\(shim)' {db}\"]\n[run]\nworkers = 1\n")
        let run = try await project.slt("run", "--json", "--record-timeout", "8s")
        #expect(run.code == 1, "\(run)")
        let record = try #require(try project.decode(RunResult.self, run).failures.first)
        #expect(record.outcome == .timeout)
        #expect(record.message?.contains("its database with it") == true, "\(record)")
        #expect(record.stoppedAt == 4)
    }

    @Test("each round of a soak run has the limit, and each try of a file")
    func soak() async throws {
        let project = try await Project(files: ["tests/a.test": Self.file], "[suite]\nfiles = [\"tests/*.test\"]\n[run]\nworkers = 1\nmode = \"soak\"\nretries = 1\nrecord-timeout = \"1s\"\n")
        #expect(try await project.slt("run", "--detach").code == 0)
        let status = try await project.status { $0.iteration ?? 0 >= 3 && $0.failed == 1 }
        #expect(status.restarts == 0)
        #expect(try await project.slt("stop", "--now").code == 0)
    }

    @Test("a limit that no program of the user's would keep is told")
    func command() async throws {
        let project = try await Project(files: ["tests/a.test": ""], "[suite]\nfiles = [\"tests/*.test\"]\n[engine]\nkind = \"command\"\ncommand = [\"/bin/true\"]\n[run]\nrecord-timeout = 3\n")
        #expect(try await project.slt("config").errors.contains("'run.record-timeout' has no effect with kind = \"command\""))
        try await project.slt("run", "--record-timeout", "soon").expect(code: 2, "--record-timeout", "or \"none\"")
    }
}
