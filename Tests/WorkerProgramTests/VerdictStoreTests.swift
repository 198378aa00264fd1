import FoundationEssentials
import TestSupport
import Testing
@testable import WorkerProgram

@Suite("Kept verdicts") struct VerdictStoreTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in ["state/runs", "ws"] { try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true) }
    }

    private var state: String { folder.file("state") }
    private var workspace: String { folder.file("ws") }
    private func store() -> VerdictStore { VerdictStore(state: state, workspace: workspace) }

    private func keep(_ verdicts: KeptVerdict..., run: String = "r1") {
        VerdictStore.update(state: state, workspace: workspace, lastRun: run) { store in for verdict in verdicts { store.add(verdict) } }
    }

    private func verdict(_ file: String, context: String = "c", inputs: [KeptVerdict.Input] = [], run: String = "r1") throws -> KeptVerdict {
        KeptVerdict(file: file, context: context, digest: try #require(FileDigest.of(workspace + "/" + file)), inputs: inputs, tests: 3, skipped: 1, run: run)
    }

    @Test("a verdict is found as long as context, file and inputs are the same")
    func finds() throws {
        try folder.write("a", to: "ws/a.test")
        let input = try folder.write("i", to: "ws/inner.slt")
        keep(try verdict("a.test", inputs: [.init(path: input, digest: FileDigest.of(input)), .init(path: workspace + "/none", digest: nil)]))
        var found = store()
        #expect(found.find("a.test", context: "c")?.run == "r1")
        #expect(found.find("a.test", context: "other") == nil)
        #expect(found.find("b.test", context: "c") == nil)
        try folder.write("x", to: "ws/inner.slt")
        found = store()
        #expect(found.find("a.test", context: "c") == nil)
        try folder.write("i", to: "ws/inner.slt")
        try folder.write("", to: "ws/none")
        found = store()
        #expect(found.find("a.test", context: "c") == nil)
        try FileManager.default.removeItem(atPath: workspace + "/none")
        try folder.write("b", to: "ws/a.test")
        found = store()
        #expect(found.find("a.test", context: "c") == nil)
        try folder.write("a", to: "ws/a.test")
        found = store()
        #expect(found.find("a.test", context: "c")?.tests == 3)
    }

    @Test("a file whose stamp is known is not read again, and one of another stamp is")
    func stamps() throws {
        let path = try folder.write("a", to: "ws/a.test")
        let stamp = try #require(FileStamp(path))
        var digests = ContentDigests([path: .init(stamp: stamp.text, digest: "remembered")])
        #expect(digests.of(path) == "remembered")
        try folder.write("b", to: "ws/a.test")
        #expect(digests.of(path) == FileDigest.of(path))
        #expect(digests.of(workspace) == nil)
        #expect(digests.of(path + "x") == nil)
    }

    @Test("what was written a moment ago is not remembered by its stamp")
    func settles() throws {
        let stamp = try #require(FileStamp(try folder.write("a", to: "ws/a.test")))
        #expect(!stamp.isSettled(at: stamp.changed))
        #expect(!stamp.isSettled(at: stamp.changed + FileStamp.tick))
        #expect(stamp.isSettled(at: stamp.changed + FileStamp.tick + 1))
    }

    @Test("verdicts of one context are forgotten together")
    func forgets() throws {
        for name in ["a", "b"] { try folder.write(name, to: "ws/\(name).test") }
        keep(try verdict("a.test"), try verdict("b.test", context: "other"))
        VerdictStore.update(state: state, workspace: workspace, lastRun: "r2") { $0.forget(context: "c") }
        var found = store()
        #expect(found.find("a.test", context: "c") == nil)
        #expect(found.find("b.test", context: "other") != nil)
    }

    @Test("of one file the latest verdicts are kept")
    func isBounded() throws {
        try folder.write("a", to: "ws/a.test")
        for number in 0..<(VerdictStore.mostOfFile + 3) { keep(try verdict("a.test", context: "c\(number)", run: "r\(number)")) }
        var found = store()
        #expect(found.verdicts["a.test"]?.count == VerdictStore.mostOfFile)
        #expect(found.find("a.test", context: "c0") == nil)
        #expect(found.find("a.test", context: "c\(VerdictStore.mostOfFile + 2)") != nil)
        keep(try verdict("a.test", context: "c5", run: "r9"))
        #expect(store().verdicts["a.test"]?.map(\.context).filter { $0 == "c5" } == ["c5"])
    }

    @Test("a file that is cut off, another workspace's or no such file says nothing, and is written anew", arguments: ["", "slt-verdicts 1\nr\n", "slt-verdicts 1\nr\n/elsewhere\n{}", "slt-verdicts 9\nr\nWS\n{\"verdicts\":[],\"digests\":{}}"])
    func damaged(text: String) throws {
        try folder.write("a", to: "ws/a.test")
        keep(try verdict("a.test"))
        let names = try FileManager.default.contentsOfDirectory(atPath: state + "/verdicts").filter { $0 != "lock" }
        #expect(names.count == 1)
        try folder.write(text.replacing("WS", with: workspace), to: "state/verdicts/\(names[0])")
        #expect(store().verdicts.isEmpty)
        keep(try verdict("a.test"))
        #expect(store().verdicts.count == 1)
    }

    @Test("what a killed writer left goes with the next one")
    func sweeps() throws {
        try folder.write("a", to: "ws/a.test")
        try folder.write("half", to: "state/verdicts/abc.12.1~")
        keep(try verdict("a.test"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: state + "/verdicts").filter { $0.hasSuffix("~") }.isEmpty)
    }

    @Test("writers at the same time lose nothing")
    func concurrent() async throws {
        for number in 0..<16 { try folder.write("\(number)", to: "ws/\(number).test") }
        let verdicts = try (0..<16).map { try verdict("\($0).test") }
        let (state, workspace) = (state, workspace)
        await withTaskGroup(of: Void.self) { group in
            for verdict in verdicts { group.addTask { VerdictStore.update(state: state, workspace: workspace, lastRun: "r") { $0.add(verdict) } } }
        }
        #expect(store().verdicts.count == 16)
    }
}
