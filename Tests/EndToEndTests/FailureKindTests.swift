import Fleet
import FoundationEssentials
import TestSupport
import Testing

@Suite("kinds of failures in the records of a run")
struct FailureKindTests {
    @Test("a record says what kind of failure it is, which record failed, what followed from it, and where its file was left")
    func kinds() async throws {
        let cause = "statement ok\nCREATE TABLE t(a, a)\n\nstatement ok\nINSERT INTO t VALUES(1)\n\nquery II nosort\nSELECT 2, 'b' UNION ALL SELECT 1, 'a'\n----\n1\n0\n2\n0\n"
            + "\nquery I\nSELECT 1\n----\n1.0\n\nnonsense\n\nstatement ok\nSELECT 1\n"
        let project = try await Project(files: ["tests/cause.test": cause], "[suite]\nfiles = [\"tests/*.test\"]\n")
        let run = try await project.slt("run")
        #expect(run.code == 1, "\(run)")
        let id = try #require(project.runs().first)
        let record = try #require(project.records(id, count: 1).first)
        #expect(record.errors == 6)
        #expect(record.consequences == 1)
        #expect(record.stoppedAt == 20)
        #expect(record.failures.map(\.kind) == [.unexpectedError, .unexpectedError, .rowOrder, .rowOrder, .formatting, .script])
        #expect(record.failures.map(\.causedBy).prefix(3) == [nil, 1, nil])
        let ordered = record.failures.filter { $0.kind == .rowOrder }
        #expect(Set(ordered.map(\.recordLine)) == [7])
        #expect(Set(ordered.map(\.identity)).count == 1)
        #expect(ordered.first?.expected == "1\t0\n2\t0")
        #expect(ordered.first?.actual == "2\t0\n1\t0")
        #expect(record.failures.last?.identity == nil)
    }

    @Test("a record that held at its second try makes its file flaky, which passes all the same")
    func retried() async throws {
        let text = "statement ok\nSELECT 1\n\nsystem ok retry 3 backoff 1ms\n[ -e there ] || { touch there; false; }\n"
        let project = try await Project(files: ["tests/a.slt": text, "tests/b.slt": "statement ok\nSELECT 1\n"],
                                        "[suite]\nfiles = [\"tests/*.slt\"]\n[engine]\ndialect = \"rs\"\n")
        let run = try await project.slt("run")
        #expect(run.code == 0, "\(run)")
        let id = try #require(project.runs().first)
        let records = try project.records(id, count: 2)
        let flaky = try #require(records.first { $0.file == "tests/a.slt" })
        #expect(flaky.outcome == .pass)
        #expect(flaky.flaky == true)
        #expect(flaky.flakyRecords?.map(\.line) == [4])
        #expect(flaky.flakyRecords?.first?.failed == 1)
        #expect(flaky.flakyRecords?.first?.runs == 2)
        #expect(flaky.flakyRecords?.first?.identity != nil)
        #expect(flaky.message == "flaky: the record at line 4 passed at try 2")
        #expect(records.first { $0.file == "tests/b.slt" }?.flaky == nil)
    }
}
