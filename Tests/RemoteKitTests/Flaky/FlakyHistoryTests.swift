import Fleet
import FoundationEssentials
@testable import RemoteKit
import TestSupport
import Testing

@Suite struct FlakyHistoryTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func add(_ id: String, host: String = "box", project: String = "p", _ records: [FileRecord], more: String = "") throws {
        var spec = FlakySearchTests.spec(id)
        spec.project = project
        let place = "\(host)/\(id)/"
        try folder.write(String(decoding: JSONEncoder().encode(spec), as: UTF8.self), to: place + "spec.json")
        try folder.write(String(decoding: JSONEncoder().encode(FlakySearchTests.engine()), as: UTF8.self), to: place + "engine.json")
        let lines = try records.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) + "\n" }
        try folder.write(lines.joined() + more, to: place + "records.jsonl")
    }

    private func read(_ files: [String] = []) throws -> FlakyHistory { try FlakyHistory(RunCatalog(root: folder.path), project: "p", files: files) }

    @Test("runs of the project are read from their folders, and others are not")
    func folders() throws {
        try add("20261101-000000.000000-aaaa", [FlakySearchTests.record()])
        try add("20261102-000000.000000-aaaa", [FlakySearchTests.record([FlakySearchTests.failure()]), FlakySearchTests.record(file: "b.test")])
        try add("20261103-000000.000000-aaaa", project: "other", [FlakySearchTests.record([FlakySearchTests.failure()], file: "c.test")])
        let history = try read()
        #expect(history.runs == 2)
        #expect(history.findings.map(\.file) == ["a.test"])
        #expect(history.incomparable == 0)
        #expect(try read(["b.*"]).findings.isEmpty)
        #expect(try read(["a.*"]).findings.count == 1)
        #expect(throws: RemoteError.self) { try read(["[z-a"]) }
    }

    @Test("a line as the worker writes it for a file that passed counts without being decoded")
    func plainLines() throws {
        let pass = #"{"id":0,"file":"a.test","outcome":"pass","tests":3,"skipped":0,"errors":0,"duration":0.1,"attempt":1,"finishedAt":0,"failures":[]}"# + "\n"
        try add("20261101-000000.000000-aaaa", [], more: pass)
        try add("20261102-000000.000000-aaaa", [FlakySearchTests.record([FlakySearchTests.failure()])])
        try add("20261103-000000.000000-aaaa", [], more: pass)
        let finding = try #require(try read().findings.first)
        #expect(finding.failed == 1 && finding.runs == 3 && finding.passedSince == 1)
    }

    @Test("a file whose name is not safe to show is one file, whether its lines are decoded or not")
    func oddNames() throws {
        let name = "a\u{202E}b.test"
        try add("20261101-000000.000000-aaaa", [], more: #"{"id":0,"file":"\#(name)","outcome":"pass","tests":3,"skipped":0,"errors":0,"duration":0.1,"attempt":1,"finishedAt":0,"failures":[]}"# + "\n")
        try add("20261102-000000.000000-aaaa", [FlakySearchTests.record([FlakySearchTests.failure()], file: name)])
        let finding = try #require(try read().findings.first)
        #expect(finding.failed == 1)
        #expect(finding.runs == 2)
    }

    @Test("a file whose verdict came from another run proves nothing in this one")
    func cached() throws {
        let pass = #"{"id":0,"file":"a.test","outcome":"pass","tests":3,"skipped":0,"errors":0,"duration":0,"attempt":1,"finishedAt":0,"failures":[],"cachedFrom":"20261101-000000.000000-aaaa"}"# + "\n"
        try add("20261102-000000.000000-aaaa", [FlakySearchTests.record([FlakySearchTests.failure()])])
        try add("20261103-000000.000000-aaaa", [], more: pass)
        #expect(try read().findings.isEmpty)
    }

    @Test("damaged lines, folders without a run and odd names are passed over or kept as they are")
    func damaged() throws {
        let name = "a \"b\"\n<script>.test"
        try add("20261101-000000.000000-aaaa", [FlakySearchTests.record(file: name)], more: "{\"id\":1,\"file\":\n\u{0}\n{}\n")
        try add("20261102-000000.000000-aaaa", [FlakySearchTests.record([FlakySearchTests.failure()], file: name)])
        try folder.write("not json", to: "box/20261103-000000.000000-aaaa/spec.json")
        try folder.write("", to: "stray")
        let history = try read()
        #expect(history.runs == 2)
        #expect(history.findings.map(\.file) == [#"a "b"\n<script>.test"#])
    }

    @Test("without runs there is nothing, and what cannot be compared is counted with the reasons")
    func incomparable() throws {
        #expect(try read().runs == 0)
        try add("20261101-000000.000000-aaaa", [FlakySearchTests.record()])
        try FileManager.default.removeItem(atPath: folder.file("box/20261101-000000.000000-aaaa/engine.json"))
        let history = try read()
        #expect(history.incomparable == 1)
        #expect(history.unknown.contains("the engine's digest"))
    }
}
