import Glibc
import TestSupport
import Testing
@testable import Fleet

@Suite("Databases that stay with a run") struct DatabaseShelfTests {
    @Test("the first ones stay as long as there is room, the first of each file, and what fails leaves nothing")
    func bounds() throws {
        let folder = try TemporaryFolder()
        let layout = RunLayout(root: Path(folder.path))
        func keep(_ id: Int, bytes: Int, expecting room: Int? = nil) -> KeptDatabase {
            DatabaseShelf(layout, id: id).keep { path, left in
                if let room { #expect(left == room) }
                let file = try File(Path(path), O_RDWR | O_CREAT)
                if bytes > left { throw FleetError(.invalid, "too large") }
                try file.truncate(to: bytes)
                return KeptDatabase(open: "open \(path)")
            }
        }
        #expect(keep(0, bytes: 100, expecting: DatabaseShelf.room).open == "open \(folder.path)/databases/0.sqlite")
        #expect(keep(0, bytes: 7).open?.hasSuffix("/0.sqlite") == true)
        #expect(layout.database(0).status()?.st_size == 100)
        #expect(keep(1, bytes: DatabaseShelf.room).note?.contains("too large") == true)
        #expect(!layout.database(1).exists)
        #expect(keep(1, bytes: DatabaseShelf.room - 10_000).open != nil)
        for id in 2..<DatabaseShelf.most { #expect(keep(id, bytes: 1).open != nil) }
        #expect(keep(DatabaseShelf.most, bytes: 1) == KeptDatabase(note: "a run keeps those of 20 files"))
        #expect(keep(3, bytes: 1).open != nil)
    }

    @Test("the mark of a run says when its directory has gone, and nothing of other hosts or of disks that are not there")
    func mark() throws {
        let folder = try TemporaryFolder()
        let root = Path(folder.path) / "runs" / "one of them"
        let mark = RunMark.of(root)
        #expect(!ProcessMark.isOver(mark))
        try (Path(folder.path) / "runs").makeFolder()
        #expect(ProcessMark.isOver(mark))
        try root.makeFolder()
        #expect(!ProcessMark.isOver(mark))
        #expect(!ProcessMark.isOver("run other-host \(folder.path)/runs/gone"))
        #expect(RunMark.isOver(ProcessMark.own) == nil)
    }
}
