@testable import Fleet
import Platform
@testable import RemoteKit
import TestSupport
import Testing

@Suite("which run on this machine is meant") struct RunReferenceTests {
    private let root: TemporaryFolder
    private let catalog: RunCatalog

    init() throws {
        root = try TemporaryFolder()
        catalog = RunCatalog(root: root.path)
    }

    private let pass = FileRecord(id: 0, file: "a.test", outcome: .pass, finishedAt: 0), untested = FileRecord(id: 0, file: "a.test", outcome: .untested, finishedAt: 0)

    @Test("a run's name, the beginning of one, a host's run and a folder each name the run")
    func named() throws {
        try WrittenRun("20261121-100000.000001-aaaa", [pass]).write(to: root)
        try WrittenRun("20261122-100000.000001-bbbb", [pass]).write(to: root)
        for text in ["20261122-100000.000001-bbbb", "20261122", "box/20261122", root.file("box/20261122-100000.000001-bbbb"), root.file("box/../box/20261122-100000.000001-bbbb/")] {
            #expect(try RunReference.resolve(text, in: catalog).spec.id == "20261122-100000.000001-bbbb", "\(text)")
        }
    }

    @Test("what means nothing, or several runs, is refused with what to do")
    func refused() throws {
        try WrittenRun("r-1", [pass]).write(to: root)
        try WrittenRun("r-1", [pass]).write(to: root, host: "other")
        try WrittenRun("r-12", [pass]).write(to: root)
        try root.write("x", to: "file")
        #expect(throws: RemoteError(.usage, "cannot tell which run 'r-1' is: 2 are meant, such as other/r-1, box/r-1", remedy: .advice("write more of the name, or HOST/NAME"))) {
            try RunReference.resolve("r-1", in: catalog)
        }
        #expect(try RunReference.resolve("other/r-1", in: catalog).path == root.file("other/r-1"))
        #expect(try RunReference.resolve("r-12", in: catalog).spec.id == "r-12")
        for text in ["", "r-2", "nobody/r-1", "a/b/c", root.path, root.file("file"), "../../etc", "x\0y"] {
            let error = #expect(throws: RemoteError.self) { try RunReference.resolve(text, in: catalog) }
            #expect(error?.code == .usage, "\(text)")
        }
    }

    @Test("the last full runs are of the project, whole, and complete; a folder that is damaged hides none of them")
    func full() throws {
        try WrittenRun("r-1", [pass]).write(to: root)
        try WrittenRun("r-2", [pass]).write(to: root, host: "other")
        var filtered = WrittenRun("r-3", [pass])
        filtered.isWholeSuite = false
        try filtered.write(to: root)
        try WrittenRun("r-4", [pass, untested]).write(to: root)
        var strange = WrittenRun("r-5", [pass])
        strange.project = "another"
        try strange.write(to: root)
        var going = WrittenRun("r-6", [pass])
        going.end = nil
        try going.write(to: root)
        try root.write("{", to: "box/r-7/spec.json")
        #expect(RunReference.lastFull(of: "project", in: catalog, count: 3).map(\.spec.id) == ["r-2", "r-1"])
        #expect(RunReference.lastFull(of: "project", on: "other", in: catalog, count: 3).map(\.spec.id) == ["r-2"])
        #expect(RunReference.lastFull(of: nil, in: catalog).map(\.spec.id) == ["r-5"])
        var other = WrittenRun("r-8", [pass])
        other.kind = .postgres
        let last = try other.write(to: root)
        #expect(RunReference.lastFull(of: "project", before: last, in: catalog).isEmpty, "runs on another kind of engine are another suite's")
        #expect(RunReference.lastFull(of: "project", in: catalog).map(\.spec.id) == ["r-8"])
        #expect(RunReference.lastFull(of: "project", engine: .sqlite, in: catalog).map(\.spec.id) == ["r-2"])
        #expect(RunReference.latest(of: "project", in: catalog)?.spec.id == "r-8")
        #expect(RunReference.latest(of: "none", in: catalog) == nil)
    }

    @Test("what a resume has changed holds: the workers, the time, and the sources that the last files were tested on")
    func resumed() throws {
        var first = WrittenRun("r-1", [pass]), second = WrittenRun("r-2", [pass])
        (first.source, second.source) = (SourceState(treeDigest: "t1", commit: "c1"), SourceState(treeDigest: "t1", commit: "c1"))
        let earlier = try first.write(to: root)
        second.resumed = RunRevision(workers: 7, timeBudget: 99, sources: [SourceState(treeDigest: "t2", commit: "c2")])
        let run = try second.write(to: root)
        #expect(run.spec.workers == 7)
        #expect(run.spec.timeBudget == 99)
        #expect(run.spec.source?.treeDigest == "t1")
        #expect(run.source?.commit == "c2")
        let pair = try RunPair(earlier, run, in: catalog)
        #expect(!pair.cautions.contains(.sameSources))
        #expect(pair.later.source?.commit == "c2")
        second.resumed = nil
        #expect(try RunPair(earlier, second.write(to: root), in: catalog).cautions.contains(.sameSources))
        try root.write("{", to: "box/r-2/resumed.json")
        let error = #expect(throws: RemoteError.self) { try RunFolder(path: root.file("box/r-2")) }
        #expect(error?.message.hasSuffix("resumed.json is damaged") == true)
    }

    @Test("of very many failing files those with new failures are kept before those that were known to fail")
    func newBeforeKnown() throws {
        var run = WrittenRun("r-1", (0..<120).map { .failed("known-\($0).test", .of("x", line: 10)) } + [.failed("z.test", .of("y", line: 1))])
        run.known = KnownFailures(failures: (0..<120).map { KnownFailure(file: "known-\($0).test", record: RecordIdentity(digest: "x", occurrence: 1), kind: .wrongRows) })
        let folder = try run.write(to: root), judgement = try #require(try folder.judgement())
        #expect(judgement.filesToMend == ["z.test"])
        let kept = RecordDetails(folder: folder.path).failing(newFiles: judgement.filesToMend)
        #expect(kept.count == 100)
        #expect(kept.last?.file == "z.test")
        #expect(kept.map(\.file) == kept.map(\.file).sorted())
        #expect(RecordDetails(folder: folder.path).failing().last?.file != "z.test", "nothing is known: the first by name")
    }

    @Test("results that cannot be judged have come home all the same, and the run does not pass")
    func unjudged() throws {
        let folder = try WrittenRun("r-1", [pass]).write(to: root)
        var result = JobResult(status: FakeAgent.status("r-1"), failures: [])
        result.judge(folder.path)
        #expect(result.judgementError == nil)
        #expect(result.exitCode == .passed)
        try root.write("{", to: "box/r-1/known-failures.json")
        result.judge(folder.path)
        #expect(result.fetchError == nil)
        #expect(result.judgementError?.message == "cannot judge run r-1: known-failures.json in \(folder.path) is damaged")
        #expect(result.exitCode == result.judgementError.map { ExitCode.of($0) })
        #expect(result.exitCode != .passed)
    }
}
