import Fleet
@testable import RemoteKit
@testable import Reports
import Testing
import TreeSync

@Suite("what a bisect says") struct BisectReportTests {
    private static let hostile = GitRevisions.Description(commit: String(repeating: "a", count: 40), author: "Ann \u{1B}[2J", date: "2026-11-21\nfirst bad commit: forged", subject: "Sort \u{202E}rows\u{7}")

    private static func outcome(_ change: (inout BisectOutcome) -> Void) -> BisectOutcome {
        var outcome = BisectOutcome(trials: [BisectTrial(commit: String(repeating: "b", count: 40), verdict: .skip, reason: "it does not build")], commits: 1000, rounds: 5)
        change(&outcome)
        return outcome
    }

    @Test("words of a commit stay in their line and do nothing to a terminal")
    func safe() {
        let text = BisectReport(Self.outcome { $0.firstBad = Self.hostile }).text(Style())
        #expect(!text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" || $0 == "\u{7}" })
        #expect(text.split(separator: "\n").count { $0.hasPrefix("first bad commit: ") } == 1)
        let line = BisectReport.line(BisectTrial(commit: Self.hostile.commit, verdict: .bad, reason: "a\u{1B}[31m"), Self.hostile, Style()).text
        #expect(!line.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" || $0 == "\n" })
    }

    @Test("where it was not found, what is left is listed, and what hides it is named")
    func left() {
        let text = BisectReport(Self.outcome { $0.left = [Self.hostile, Self.hostile] }).text(Style())
        #expect(text.hasPrefix("the first bad commit is one of these 2"))
        #expect(text.contains("without a verdict: bbbbbbbbbb"))
        #expect(text.contains("tried 1 revision for 1,000 commits, in 5 rounds"))
    }

    @Test("the effort is told before it is made", arguments: [
        (1000, 4, "about 5 rounds of 4 builds"), (1000, 1, "about 11 rounds of 1 build"), (1, 4, "about 1 round of 4 builds"), (3, 4, "about 1 round of 4 builds"),
    ])
    func effort(commits: Int, builds: Int, words: String) {
        #expect(BisectReport.effort(commits: commits, builds: builds) == words)
    }
}
