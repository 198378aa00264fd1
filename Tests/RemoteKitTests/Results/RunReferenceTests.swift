import Fleet
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
        #expect(RunReference.latest(of: "project", in: catalog)?.spec.id == "r-6")
        #expect(RunReference.latest(of: "none", in: catalog) == nil)
    }
}
