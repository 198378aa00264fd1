import FoundationEssentials
@testable import Reports
import Testing

/// Pages to look at: with the variable SLT_PAGES, the name of a folder, they are written there.
@Suite("Pages to look at") struct PageSampleTests {
    static let pages: [(name: String, files: Int, failures: Int, workers: Int)] = [
        ("some", 300, 12, 8), ("none", 300, 0, 8), ("one", 1, 1, 1), ("many", 10_000, 1000, 32),
    ]

    @Test("a page is written for every sort of run", arguments: pages.map(\.name))
    func isWritten(name: String) throws {
        let page = try #require(Self.pages.first { $0.name == name })
        let made = try PageRun(files: page.files, failures: page.failures, workers: page.workers)
        let plain = try made.reported()
        let run = name == "one" ? plain : try made.withPast(plain)
        let clock = ContinuousClock()
        let begin = clock.now
        let text = HTMLReport(run, now: PageRun.start + 90_000).text()
        print("page \(name): \(text.utf8.count) bytes in \(clock.now - begin)")
        #expect(text.hasSuffix("</html>\n"))
        #expect(text.utf8.count <= 5_000_000)
        guard let folder = ProcessInfo.processInfo.environment["SLT_PAGES"] else { return }
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name).html"))
    }
}
