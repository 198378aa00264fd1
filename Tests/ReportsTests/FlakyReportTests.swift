import Fleet
@testable import RemoteKit
@testable import Reports
import Testing

@Suite struct FlakyReportTests {
    private func text(_ counts: [SettleCount], wanted: Int = 40) -> String {
        let result = SettleJob.Settled(file: "t/a\u{1B}[31m.test", counts: counts)
        return SettleReport(result, wanted: wanted, commands: CommandWords(host: "box")).text(Style())
    }

    @Test("the verdict of an experiment is one sentence, above a row for each condition")
    func settled() {
        let shown = text([SettleCount(.alone, failed: 0, runs: 40), SettleCount(.afterOthers, failed: 0, runs: 40), SettleCount(.besideOthers, failed: 7, runs: 40)])
        #expect(shown.contains(": fails only beside other files: 7 of 40; alone 0 of 40\n"))
        #expect(shown.contains("  beside other files                     7    40            18 %, 9 to 32 %"), "\(shown)")
        #expect(!shown.contains("\u{1B}"))
    }

    @Test("what is not known is said, with what to do about it")
    func undecided() {
        #expect(text([SettleCount(.alone, failed: 0, runs: 40), SettleCount(.several, failed: 0, runs: 40)]).contains("did not fail in 80 runs; it may still fail in up to 4.6 % of them"))
        let few = text([SettleCount(.alone, failed: 0, runs: 12), SettleCount(.besideOthers, failed: 2, runs: 12)], wanted: 12)
        #expect(few.contains("too seldom to say") && few.contains("slt-remote flaky --host box --settle --runs "))
        let cut = text([SettleCount(.alone, failed: 1, runs: 12), SettleCount(.several, failed: 0, runs: 0)])
        #expect(cut.contains("no time was left") && cut.contains("--time"))
    }

    // MARK: what was found

    private func finding(_ file: String, line: Int? = 12) -> FlakyFinding {
        var finding = FlakyFinding(file: file, line: line, identity: nil)
        (finding.sql, finding.message, finding.proofs) = ("SELECT \u{1B}[31m1", "wrong rows", [.runs, .retries])
        (finding.failed, finding.runs, finding.interval, finding.furtherRuns) = (2, 10, WilsonInterval(failed: 2, runs: 10), 300)
        (finding.since, finding.sinceAt, finding.last, finding.lastAt, finding.passedSince) = ("20261101-000000.000000-aaaa", 1000, "20261102-000000.000000-bbbb", 4600, 3)
        return finding
    }

    private func list(_ findings: [FlakyFinding], runs: Int = 7, incomparable: Int = 0, limit: Int = .max) -> String {
        let history = FlakyHistory(findings: findings, runs: runs, incomparable: incomparable, unknown: incomparable > 0 ? ["the engine"] : [])
        return FlakyReport(history, project: "db\u{1B}", commands: CommandWords(host: "box"), now: 8200, limit: limit).text(Style())
    }

    @Test("a flaky record has its statement, rate, proofs and last failure, and nothing acts on a terminal")
    func found() {
        #expect(list([finding("t/a\u{1B}.test")]) == """
            1 flaky record in 7 runs of db\\e on this machine

            t/a\\e.test:12
                  SELECT \\e[31m1
              wrong rows
              failed 2 of 10 runs: 20 %, with 95 % certainty 6 to 51 %; 300 more runs would make that ±5 points
              shown by runs under equal conditions and retries of the file, since run 20261101-000000.000000-aaaa (2h00m ago)
              last failed in run 20261102-000000.000000-bbbb (1h00m ago); its file passed 3 times since

            find out under which condition one fails: slt-remote flaky --host box --settle 't/a\\e.test'

            """)
    }

    @Test("what differs from host to host stands apart, what is too much is counted, and what cannot be compared is said")
    func others() {
        var differing = finding("t/h.test", line: nil)
        differing.hosts = [.init(host: "one", failed: 0, runs: 4), .init(host: "two", failed: 3, runs: 3)]
        let text = list([finding("t/a.test"), finding("t/b.test"), differing], incomparable: 2, limit: 1)
        #expect(text.hasPrefix("2 flaky records in 7 runs "))
        #expect(text.contains("… and 1 more; those of one file: slt-remote flaky --host box FILE; all of them: slt-remote flaky --host box --json\n"), "\(text)")
        #expect(text.contains("always the same on one host, and different from host to host:\n\nt/h.test\n"), "\(text)")
        #expect(text.contains("  on one: failed 0 of 4 runs\n  on two: failed 3 of 3 runs\n"), "\(text)")
        #expect(text.contains("note: 2 runs cannot be compared with others, and only what each shows by itself is here; not known: the engine\n"), "\(text)")
        #expect(!text.contains("t/b.test"), "\(text)")
    }

    @Test("without runs, and without flaky records, it says what to do")
    func empty() {
        #expect(list([], runs: 0).hasSuffix("start one with: slt-remote run --host box\n"))
        let none = list([], incomparable: 1)
        #expect(none.hasPrefix("no flaky records in 7 runs ") && none.contains("\nnote: 1 run cannot be compared"), "\(none)")
        #expect(none.hasSuffix("slt-remote flaky --host box --settle FILE\n"), "\(none)")
    }
}
