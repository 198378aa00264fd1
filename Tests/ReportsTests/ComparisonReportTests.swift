import Fleet
@testable import RemoteKit
@testable import Reports
import Testing

@Suite("two runs compared, in words") struct ComparisonReportTests {
    private func side(_ run: String, passed: Int) -> RunPair.Side {
        var engine = EngineIdentity(name: "sqlite")
        (engine.version, engine.digest) = ("3.46.1", "0123456789abcdef")
        return RunPair.Side(run: run, folder: "/r/\(run)", host: "sandbox", project: "db", startedAt: 0, source: SourceState(commit: "4c1f2e0123456789", branch: "main", dirty: true),
                            engine: engine, engineKind: .sqlite, total: 10, passed: passed, failed: 10 - passed, isFull: true)
    }

    private func text(_ comparison: RunComparison, cautions: [RunPair.Caution] = [], shown: Int = 50) -> String {
        var report = ComparisonReport(RunPair(earlier: side("r-1", passed: 9), later: side("r-2", passed: 8), cautions: cautions, comparison: comparison))
        report.shown = shown
        return report.text(Style())
    }

    @Test("what is different is listed, the worst first, and nothing is said of what is not")
    func whole() {
        var found = RunComparison()
        var broken = RunComparison.Change(file: "test/a.test", line: 12, before: .pass, after: .fail, kind: .wrongRows, message: "wrong result", sql: "SELECT 1")
        (broken.further, broken.followers) = (2, 1200)
        found.newlyFailing = [broken]
        found.fixed = [RunComparison.Change(file: "test/b.test", before: .timeout, after: .pass, message: "after 5 s")]
        found.slower = [.init(file: "test/c.test", before: 1, after: 4)]
        found.disappeared = ["test/gone.test"]
        found.cpuRatio = 1.7
        #expect(text(found, cautions: [.engine]) == """
            A: run r-1 of db on sandbox; main 4c1f2e0123+; engine sqlite 3.46.1 (01234567); 9 of 10 files passed, 1 failed
            B: run r-2 of db on sandbox; main 4c1f2e0123+; engine sqlite 3.46.1 (01234567); 8 of 10 files passed, 2 failed
            warning: the runs had different engines; differences may come from that

            newly failing (1):
              test/a.test:12: passed, now failed: wrong rows: wrong result; and 2 more in this file; and 1,200 that follow

            fixed (1):
              test/b.test: timed out, now passed: after 5 s

            disappeared (1):
              test/gone.test

            slower (1):
              test/c.test: 1.0s to 4.0s of CPU time, 4.0 times
            all files together took 1.7 times the CPU time of A

            B is worse than A: 1 newly failing, 1 fixed, 0 still failing alike, 1 slower

            """)
        #expect(text(RunComparison()).hasSuffix("\n\nnothing fails in B that held in A: 0 newly failing, 0 fixed, 0 still failing alike, 0 slower\n"))
    }

    @Test("a long list is cut, and says how much is left")
    func cut() {
        var found = RunComparison()
        found.new = (0..<1234).map { "\($0).test" }
        #expect(text(found, shown: 3).contains("new (1,234):\n  0.test\n  1.test\n  2.test\n  … and 1,231 more\n"))
    }

    @Test("words of suites and hosts act on no terminal and make no lines of their own")
    func hostile() {
        var found = RunComparison()
        let evil = "a\nB is worse\u{1B}[2J\u{202E}x"
        found.newlyFailing = [RunComparison.Change(file: evil, line: 1, before: .pass, after: .fail, message: evil, sql: evil)]
        found.new = [evil]
        found.slower = [.init(file: evil, before: 0, after: 4)]
        let shown = text(found)
        #expect(!shown.contains("\u{1B}") && !shown.contains("\u{202E}"))
        #expect(!shown.contains("\nB is worse\\"), "\(shown)")
    }

    @Test("each caution has words of its own")
    func cautions() { #expect(Set(RunPair.Caution.allCases.map(ComparisonReport.words)).count == RunPair.Caution.allCases.count) }
}
