import Fleet
@testable import Reports
import RemoteKit
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
}
