import FoundationEssentials
@testable import SQLLogicTest
import TestSupport
import Testing
@testable import WorkerProgram

@Suite("Notes of verdicts") struct VerdictNotesTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func note(_ text: String, _ dialect: Dialect, during: () throws -> Void = {}) throws -> (reason: String?, notes: [VerdictNote]) {
        let path = try folder.write(text, to: "ws/a.test")
        let notes = VerdictNotes(path: folder.file("notes/0"), dialect: dialect, workspace: folder.file("ws"))
        let beginning = notes.begin(path)
        try during()
        let reason = notes.note(path, id: 7, tests: 2, skipped: 1, since: beginning)
        return (reason, VerdictNote.read(folder.file("notes/0")))
    }

    @Test("a script's digest and those of what it includes are noted")
    func includes() async throws {
        let inner = try folder.write("statement ok\nSELECT 1\n", to: "ws/inner.slt")
        let isSettled = try await eventually { FileStamp(inner)?.isSettled(at: Int(Date().timeIntervalSince1970 * 1e9)) == true }
        #expect(isSettled)
        let found = try note("include inner.slt\n", .rs)
        #expect(found.reason == nil)
        let one = try #require(found.notes.first)
        #expect(found.notes.count == 1)
        #expect(one.id == 7)
        #expect([one.tests, one.skipped] == [2, 1])
        #expect(one.script.content?.digest == FileDigest.of(folder.file("ws/a.test")))
        #expect(one.others.map(\.path) == [inner])
        #expect(one.others.first?.content?.digest == FileDigest.of(inner))
    }

    @Test("a file that depends on more than its text says why it cannot be kept", arguments: [
        ("query T\nSELECT date('now')\n----\nx\n", Dialect.sqlite, "line 1: its SQL uses the clock"),
        ("statement ok\nSELECT 1\n\nquery I\nSELECT random()\n----\n1\n", .sqlite, "line 4: its SQL uses random numbers"),
        ("statement ok\nATTACH 'f' AS g\n", .sqlite, "line 1: ATTACH"),
        ("system ok\ntrue\n", .rs, "line 1: starts a program: true"),
        ("control substitution on\n", .rs, "line 1: variables, also those of the environment, are replaced in what follows"),
        ("statement ok retry 2 backoff 1s\nSELECT 1\n", .rs, "line 1: a record is tried again"),
        ("query I\nSELECT 1\n----\n<FILE>:a\n", .duckdb, "line 1: a result is in another file"),
        ("require-env HOME\n", .duckdb, "line 1: uses the environment's variable HOME"),
    ])
    func exclusions(text: String, dialect: Dialect, reason: String) throws {
        let found = try note(text, dialect)
        #expect(found.reason == reason)
        #expect(found.notes.map(\.isExcluded) == [true])
    }

    @Test("a file that was changed while it was run is not noted")
    func changed() throws {
        let found = try note("statement ok\nSELECT 1\n", .sqlite) { try folder.write("statement ok\nSELECT 2\n", to: "ws/a.test") }
        #expect(found.notes.isEmpty)
    }

    @Test("a line that a killed worker has cut off hides no other")
    func cutOff() throws {
        try folder.write("{\"id\":1,\"scr", to: "notes/0")
        #expect(try note("statement ok\nSELECT 1\n", .sqlite).notes.map(\.id) == [7])
    }

    @Test("the loader's list of libraries is read")
    func libraries() {
        let answer = "\tlinux-vdso.so.1 (0x00007ffd)\n\tlibz.so.1 => /nowhere/libz.so.1 (0x00007f)\n\t/nowhere/ld-linux.so.2 (0x00007f)\n"
        #expect(LibraryList.paths(answer) == ["/nowhere/ld-linux.so.2", "/nowhere/libz.so.1"])
        #expect(LibraryList.paths("\tlibz.so.1 => not found\n") == nil)
        #expect(LibraryList.paths("\tstatically linked\n") == [])
    }

    @Test("a program's libraries are found, and one that is no program has none")
    func loader() throws {
        let libraries = try #require(LibraryList.of("/bin/sh", isLibrary: false))
        #expect(libraries.contains { $0.contains("libc") })
        #expect(LibraryList.of(try folder.write("#!/bin/sh\n", to: "script"), isLibrary: false) == [])
    }
}
