import FoundationEssentials
@testable import Fleet
import TestSupport
import Testing

@Suite("Who waits for a workspace") struct WorkspaceQueueTests {
    private let folder: TemporaryFolder
    private let queue: WorkspaceQueue

    init() throws {
        folder = try TemporaryFolder()
        queue = WorkspaceQueue(workspace: folder.file("work"), state: folder.file("state"))
    }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    private func make(_ path: String, _ text: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: path + "/text"))
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path + "/text", encoding: .utf8) }

    @Test("places are in the order in which they were taken, and one that is given up is gone with what it had brought")
    func order() throws {
        let first = try queue.join(user: "ann@laptop")
        var second: QueueTicket? = try queue.join(user: "bob@desk")
        let third = try queue.join(user: "cy@home"), id = try #require(second?.id)
        #expect(queue.waiting == [first.id, id, third.id])
        #expect([first.id, id, third.id] == [first.id, id, third.id].sorted())
        #expect(queue.places.map(\.startedBy) == ["ann@laptop", "bob@desk", "cy@home"])
        #expect(WorkspaceQueue.all(state: folder.file("state")).map(\.workspace) == [queue.workspace])
        try make(queue.staging(of: id), "second")
        second = nil
        #expect(queue.waiting == [first.id, third.id])
        #expect(!exists(queue.staging(of: id)))
    }

    @Test("a place whose process is gone counts no more, and is removed by whoever comes next, with its sources")
    func dead() throws {
        let first = try queue.join(user: "ann@laptop")
        // What a killed process leaves: a file that nobody has locked.
        let dead = first.id + "b"
        let name = try #require(FileManager.default.contentsOfDirectory(atPath: folder.file("state/queue")).first), place = folder.file("state/queue/\(name)/")
        try FileManager.default.copyItem(atPath: place + first.id, toPath: place + dead)
        try make(queue.staging(of: dead), "dead")
        #expect(queue.waiting == [first.id])
        let next = try queue.join(user: "bob@desk")
        #expect(next.id > dead)
        #expect(queue.waiting == [first.id, next.id])
        #expect(!exists(place + dead))
        #expect(!exists(queue.staging(of: dead)))
        #expect(!queue.end(dead))
    }

    @Test("what has waited takes the place of the workspace, whether there is one or not", arguments: [true, false])
    func putInPlace(isThere: Bool) throws {
        let ticket = try queue.join(user: "ann@laptop"), staging = queue.staging(of: ticket.id)
        if isThere { try make(queue.workspace, "old") }
        try make(staging, "new")
        #expect(queue.canChangePlaces)
        try queue.putInPlace(ticket.id)
        #expect(try text(queue.workspace) == "new")
        #expect(!exists(staging))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["state", "work"])
    }

    @Test("why one could not be started is known afterwards")
    func failure() throws {
        let ticket = try queue.join(user: "ann@laptop")
        queue.note(failure: "no compiler", of: ticket)
        #expect(queue.failures.map(\.failure) == ["no compiler"])
        #expect(queue.failures.map(\.id) == [ticket.id])
        #expect(queue.waiting == [ticket.id])
    }
}
