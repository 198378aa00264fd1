import Fleet
import FoundationEssentials
@testable import RemoteKit
import TestSupport
import Testing
import TreeSync

@Suite("What a watch owes its files") struct WatchMemoryTests {
    /// A tree with these files.
    private func memory(_ folder: TemporaryFolder, _ files: [String], failing: Set<String> = []) throws -> WatchMemory {
        for file in files { try folder.write("", to: "src/" + file) }
        return WatchMemory(suite: ["t/*.test"], root: folder.file("src"), failing: failing)
    }

    private func sync(_ paths: String...) -> WatchedSync {
        let changes = paths.map { SyncChange(kind: .update, type: .file, path: TreePath($0)) }
        return WatchedSync(report: SyncReport(), isWhole: false, isFirst: false, changes: changes, seconds: 0)
    }

    private func status(_ run: String) -> RunStatus {
        RunStatus(id: run, phase: .finished, workspace: "/w", createdAt: 0, timeBudget: 1, total: 1, queued: 0, running: 0, outcomes: [.pass: 1], workersWanted: 1)
    }

    private func record(_ file: String, _ outcome: Outcome) -> FileRecord { FileRecord(id: 0, file: file, outcome: outcome, finishedAt: 0) }

    @Test("at the start: what failed, then all")
    func start() throws {
        let folder = try TemporaryFolder()
        let memory = try memory(folder, ["t/a.test", "t/b.test"], failing: ["t/b.test", "t/gone.test"])
        #expect(memory.next() == .changed)
        #expect(memory.files(.changed) == ["t/b.test"], "what is gone cannot be run")
        memory.ended(.changed)
        #expect(memory.next() == .all)
        memory.ended(.all)
        #expect(memory.next() == nil)
    }

    @Test("what failed outside the suite is neither remembered nor run")
    func outside() throws {
        let folder = try TemporaryFolder()
        let memory = try memory(folder, ["t/a.test", "other/b.test"], failing: ["t/a.test", "other/b.test"])
        #expect(memory.failing == ["t/a.test"])
        #expect(memory.files(.failed) == ["t/a.test"])
    }

    @Test("that a run has ended is known until there is another one, or none")
    func finished() throws {
        let folder = try TemporaryFolder()
        let memory = try memory(folder, ["t/a.test"])
        memory.started("one")
        #expect(memory.hasRun && memory.finished == nil)
        memory.finished = (status("one"), 1)
        #expect(memory.hasRun, "its results are on their way")
        memory.started("two")
        #expect(memory.finished == nil)
        memory.finished = (status("two"), 1)
        memory.live = nil
        #expect(!memory.hasRun && memory.finished == nil)
    }

    @Test("after a change: what failed, then the files of the suite that changed, then all")
    func change() throws {
        let folder = try TemporaryFolder()
        let memory = try memory(folder, ["t/a.test", "t/b.test", "t/c.test", "src/x.c"])
        memory.ended(.all)
        memory.note(sync("src/x.c"))
        #expect(memory.next() == .all, "no file of the suite failed or changed")
        memory.note(record("t/c.test", .fail), fails: true)
        memory.note(sync("t/a.test", "src/x.c"))
        #expect(memory.next() == .changed)
        #expect(memory.files(.changed) == ["t/c.test", "t/a.test"])
        #expect(memory.files(.failed) == ["t/c.test"])
        #expect(memory.files(.all).isEmpty)
    }

    @Test("a file that was cut off is still owed; one that ran is not, and a known failure is none")
    func ran() throws {
        let folder = try TemporaryFolder()
        let memory = try memory(folder, ["t/a.test", "t/b.test"])
        memory.note(sync("t/a.test", "t/b.test"))
        memory.note(record("t/a.test", .untested), fails: false)
        memory.note(record("t/b.test", .fail), fails: false)
        #expect(memory.files(.changed) == ["t/a.test"])
        memory.note(record("t/a.test", .fail), fails: true)
        memory.note(record("t/a.test", .untested), fails: false)
        #expect(memory.files(.failed) == ["t/a.test"])
        memory.note(record("t/a.test", .pass), fails: false)
        #expect(memory.files(.failed).isEmpty)
    }
}
