import Glibc
import Platform
import TestSupport
import Testing
@testable import Fleet

@Suite("Databases that stay with a run") struct DatabaseShelfTests {
    @Test("the first ones stay as long as there is room, the first of each file, and what fails leaves nothing")
    func bounds() throws {
        let folder = try TemporaryFolder()
        let layout = RunLayout(root: Path(folder.path))
        func keep(_ id: Int, bytes: Int, failing: Bool = false) -> KeptDatabase {
            DatabaseShelf(layout, id: id).keep(size: { bytes }) { path, limit in
                #expect(limit == bytes)
                try File(Path(path), O_RDWR | O_CREAT).truncate(to: bytes)
                if failing { throw FleetError(.invalid, "it broke") }
                return KeptDatabase(open: "open \(path)")
            }
        }
        #expect(keep(0, bytes: 100).open == "open \(folder.path)/databases/0.sqlite")
        #expect(keep(0, bytes: 7).open?.hasSuffix("/0.sqlite") == true)
        #expect(layout.database(0).status()?.st_size == 100)
        #expect(keep(1, bytes: DatabaseShelf.room).note?.contains("there is room for") == true)
        #expect(keep(1, bytes: DatabaseShelf.room - 10_000, failing: true).note?.contains("it broke") == true)
        #expect(!layout.database(1).exists && !layout.databaseRoom(1).exists)
        #expect(keep(1, bytes: DatabaseShelf.room - 10_000).open != nil)
        for id in 2..<DatabaseShelf.most { #expect(keep(id, bytes: 1).open != nil) }
        #expect(keep(DatabaseShelf.most, bytes: 1) == KeptDatabase(note: "a run keeps those of 20 files"))
        #expect(keep(3, bytes: 1).open != nil)
    }

    @Test("one is kept while another one is, within the same bounds, and nobody waits without end")
    func turns() throws {
        let folder = try TemporaryFolder()
        let layout = RunLayout(root: Path(folder.path))
        let outer = DatabaseShelf(layout, id: 0).keep(size: { DatabaseShelf.room - 100 }) { path, _ in
            let inner = DatabaseShelf(layout, id: 1).keep(size: { 100 }) { _, _ in KeptDatabase(open: "inner") }
            #expect(inner.open == "inner")
            #expect(DatabaseShelf(layout, id: 2).keep(size: { 1 }) { _, _ in KeptDatabase(open: "no room") }.open == nil)
            return KeptDatabase(open: "outer")
        }
        #expect(outer.open == "outer")
        let lock = try File(layout.databases / "lock", O_RDWR)
        try lock.lock()
        defer { lock.unlock() }
        #expect(DatabaseShelf(layout, id: 3).keep(size: { 0 }, patience: 0) { _, _ in KeptDatabase(open: "held") }.note?.contains("busy") == true)
        #expect(DatabaseShelf(layout, id: 0).keep(size: { 0 }, patience: 0) { _, _ in KeptDatabase(open: "again") }.open == "outer")
    }

    @Test("a database whose size nobody knows is not kept")
    func unknownSize() throws {
        let folder = try TemporaryFolder()
        let kept = DatabaseShelf(RunLayout(root: Path(folder.path)), id: 0).keep(size: { throw FleetError(.invalid, "nobody knows") }) { _, _ in KeptDatabase(open: "x") }
        #expect(kept.open == nil && kept.note?.contains("nobody knows") == true)
    }

    @Test("the file's clock stands still meanwhile, but not for ever")
    func clock() throws {
        let folder = try TemporaryFolder()
        let path = Path(folder.path) / "scoreboard"
        try Scoreboard.create(path, workers: 1)
        let slot = try Scoreboard(path).worker(0)
        let started = Clock.monotonic - 5_000_000_000
        slot.show(Slot.Work(position: 0, generation: 0, tryNumber: 1, started: started))
        let before = Clock.monotonic
        let meanwhile = Progress(slot).resting(upTo: 1e6) {
            Clock.pauseThread(0.02)
            return Clock.seconds(since: slot.fileStarted)
        }
        #expect(meanwhile == 0)
        #expect(slot.fileStarted - started >= 20_000_000 && slot.fileStarted - started <= Clock.monotonic - before)
        #expect(Progress(slot).resting(upTo: 0) { () -> UInt64 in slot.fileStarted } <= Clock.monotonic)
    }

    @Test("the mark of a run says when its directory has gone, and nothing of other hosts or of disks that are not there")
    func mark() throws {
        let folder = try TemporaryFolder()
        let root = Path(folder.path) / "runs" / "one of them"
        let runs = Path(folder.path) / "runs"
        try runs.makeFolder()
        let mark = RunMark.of(root)
        #expect(ProcessMark.isOver(mark))
        try root.makeFolder()
        #expect(!ProcessMark.isOver(mark))
        runs.removeTree()
        #expect(!ProcessMark.isOver(mark))
        // Another container of the same name has other runs at the same path.
        try runs.makeFolder()
        #expect(!ProcessMark.isOver(mark))
        #expect(ProcessMark.isOver(RunMark.of(root)))
        var words = RunMark.of(root).split(separator: " ", maxSplits: 3)
        words[1] = "other-host"
        #expect(!ProcessMark.isOver(words.joined(separator: " ")))
        #expect(RunMark.isOver(ProcessMark.own) == nil)
    }
}
