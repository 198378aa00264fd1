import AgentProtocol
import FoundationEssentials
import TestSupport
import Testing

@Suite("where reductions are written")
struct ReductionPlacesTests {
    private func file(_ line: Int, _ script: [UInt8] = []) -> ReducedFile {
        ReducedFile(bytes: script, sql: script, reason: "", line: line, total: 1, progress: ReductionProgress(records: 1, bytes: 1, tries: 1), seconds: 0, isMinimal: false)
    }

    @Test("a line that was named is in the name, whatever line is found")
    func line() {
        let named = ReductionPlaces(of: "a/x.test", line: 3, output: nil), unnamed = ReductionPlaces(of: "a/x.test", line: nil, output: nil)
        #expect(named.script(file(7)) == "x-3.test")
        #expect(unnamed.script(file(7)) == "x-7.test")
        #expect(unnamed.sql(file(0)) == "x-reduced.sql")
    }

    @Test("neither script nor SQL nor state may be the input, under whatever name")
    func input() throws {
        let folder = try TemporaryFolder()
        for (name, output) in [("x.test", "x.test"), ("x.sql", "x.test"), ("x.test.reduction", "x.test")] {
            let input = try folder.write("{", to: name)
            #expect(ReductionPlaces(of: name, line: nil, output: folder.file(output)).problem(reducing: input, line: nil)?.contains("it is the file that is reduced") == true, "\(name)")
            try FileManager.default.removeItem(atPath: input)
        }
        let input = try folder.write("SELECT 1", to: "real.sql")
        try FileManager.default.createSymbolicLink(atPath: folder.file("y.sql"), withDestinationPath: input)
        #expect(ReductionPlaces(of: "real.sql", line: nil, output: folder.file("y.test")).problem(reducing: input, line: nil) != nil)
        #expect(ReductionPlaces(of: "real.sql", line: nil, output: folder.file("z.test")).problem(reducing: input, line: nil) == nil)
    }

    @Test("what somebody else has written stays, and so does the reproducer of another file of the same name", arguments: [
        ("x-3.test", "statement ok\n", false), ("x-3.sql", "SELECT 1;\n", false), ("x-3.reduction", "notes\n", false), ("x-3.test", "# Reduced from b/x.test, line 3.\n", false),
        ("x-3.test", "# Reduced from a/x.test, line 3.\n", true), ("x-3.sql", "-- Reduced from a/x.test.\n", true), ("x-3.sql", "", true), ("x-3.reduction", "{\"version\":1", true),
    ])
    func others(name: String, text: String, isOurs: Bool) throws {
        let folder = try TemporaryFolder()
        try folder.write(text, to: name)
        let places = ReductionPlaces(of: "a/x.test", line: 3, output: nil, in: folder.path)
        #expect((places.problem(reducing: folder.file("none"), line: nil) == nil) == isOurs)
    }

    @Test("a script that was named is written over, the SQL beside it only where it is a reproducer's")
    func named() throws {
        let folder = try TemporaryFolder()
        try folder.write("mine", to: "out.test")
        let places = ReductionPlaces(of: "a/x.test", line: 3, output: folder.file("out.test"))
        #expect(places.problem(reducing: folder.file("none"), line: nil) == nil)
        try folder.write("-- Reduced from b/y.test.\n", to: "out.sql")
        #expect(places.problem(reducing: folder.file("none"), line: nil) == nil)
        try folder.write("mine", to: "out.sql")
        #expect(places.problem(reducing: folder.file("none"), line: nil) != nil)
    }

    @Test("a device has nothing beside it")
    func device() {
        let places = ReductionPlaces(of: "x.test", line: 3, output: "/dev/stdout")
        #expect(places.isStream)
        #expect(places.state == nil)
        #expect(places.sql(file(3)) == nil)
    }

    @Test("what is left is taken up in the place where it was made alone, and a state without a place nowhere")
    func place() throws {
        var state = ReductionState()
        state.keep(file(3), of: "x.test:3", at: "on box")
        state.keep(file(4), of: "x.test:4", at: ReductionState.here)
        let read = try #require(ReductionState(state.bytes))
        #expect(read == state)
        #expect(read.left(of: "x.test:3", at: "on box") == file(3))
        #expect(read.left(of: "x.test:3", at: ReductionState.here) == nil)
        #expect(read.left(at: ReductionState.here).reductions == ["x.test:4": file(4)])
        state.remove("x.test:3")
        #expect(state.reductions.keys.sorted() == ["x.test:4"])
        let old = String(decoding: read.bytes, as: UTF8.self).replacing("\"places\":", with: "\"other\":")
        #expect(try #require(ReductionState(Array(old.utf8))).left(of: "x.test:4", at: ReductionState.here) == nil)
    }

    @Test("bytes that are no UTF-8 come back from a state as they are")
    func bytes() throws {
        let bytes: [UInt8] = [0x27, 0xE9, 0x27]
        var state = ReductionState()
        state.keep(file(3, bytes), of: "x", at: ReductionState.here)
        let read = try #require(ReductionState(state.bytes)?.reductions["x"])
        #expect(read.scriptBytes == bytes)
        #expect(read.sqlBytes == bytes)
        #expect(read.withoutSQL.scriptBytes == bytes)
        #expect(read.withoutSQL.sqlBytes == [])
        #expect(file(3, Array("é".utf8)).exact == nil)
    }
}
