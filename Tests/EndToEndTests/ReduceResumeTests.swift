import AgentProtocol
import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// A reduction that is cut off keeps the best so far, leaves nothing behind, and is gone on with.
@Suite("reductions that are cut off")
struct ReduceResumeTests {
    private static let noise = (0..<12).map { "statement ok\nCREATE TABLE n\($0)(a INTEGER)\n\nstatement ok\nINSERT INTO n\($0) VALUES (\($0))\n\n" }.joined()
    private static let file = noise + "statement ok\nCREATE TABLE t(a INTEGER, b TEXT)\n\nstatement ok\nINSERT INTO t VALUES (1, 'one'), (37, 'many')\n\n"
        + "query IT rowsort\nSELECT a, b FROM t WHERE a > 0 AND b IS NOT NULL\n----\n1\none\n37\nmany\n"
    private static let line = file.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.hasPrefix("query") }.map { $0 + 1 } ?? 0

    private struct Place {
        let project: Project
        let library: TemporaryFolder
        let arguments: [String]
        var output: String { project.source + "/out.test" }
        var state: String { output + ".reduction" }

        func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

        /// What tries and databases have left.
        var leftOver: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: library.path)) ?? []).filter { $0.hasPrefix("slt-") } }

        /// Processes that were started in it.
        var processes: [Int32] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            return names.compactMap { Int32($0) }.filter { pid in
                guard let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ"), let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
                return !line.isEmpty && String(decoding: environment, as: UTF8.self).contains(project.folder.path) && !String(decoding: line, as: UTF8.self).contains("sshd")
            }
        }
    }

    /// - Parameter fault: of the engine; `slow` with another one takes its time for each query.
    private func place(_ fault: String, isLocal: Bool = true, files: [String: String] = ["tests/a.test": file]) async throws -> Place {
        let folder = try TemporaryFolder()
        let root = #filePath.firstRange(of: "/Tests/").map { String(#filePath[..<$0.lowerBound]) } ?? ""
        let library = try await FaultyEngine.compile(String(contentsOfFile: root + "/Benchmarks/Cause/faults.c", encoding: .utf8), to: "faults", in: folder)
        let project = try await Project(files: files, "[suite]\nfiles = [\"tests/**/*.test\"]\n[engine]\nkind = \"sqlite\"\nlibrary = \"\(library)\"\nenvironment = { FAULT = \"\(fault)\", TMPDIR = \"\(folder.path)\" }\n[run]\nworkers = 1\n", isLocal: isLocal)
        return Place(project: project, library: folder, arguments: ["reduce", "tests/a.test:\(Self.line)", "-o", "out.test", "-j", "1"] + (isLocal ? [] : ["--host", "box"]))
    }

    private func set(_ fault: String, in place: Place) throws {
        let settings = place.text(place.project.source + "/slt-remote.toml")
        let start = try #require(settings.firstRange(of: "FAULT = \"")).upperBound, end = try #require(settings[start...].firstIndex(of: "\""))
        try place.project.write(String(settings[..<start] + fault + settings[end...]), to: "slt-remote.toml")
    }

    /// Nothing is left of processes, and of folders for files that do not stay.
    private func isClean(_ place: Place) async throws {
        let gone = try await eventually { place.processes.isEmpty }
        #expect(gone, "\(place.processes.map { commandLine($0) })")
        let isEmpty = try await eventually { place.leftOver.isEmpty }
        #expect(isEmpty, "\(place.leftOver)")
    }

    @Test("when the budget is over, the same command goes on from there, and a file that has changed is begun anew")
    func budget() async throws {
        let place = try await place("value")
        let first = try await place.project.start(place.arguments + ["--budget", "1ms"]).finish()
        #expect(first.code == 1 && first.text.contains("the same command goes on"), "\(first)")
        let state = try #require(ReductionState(Array(place.text(place.state).utf8)))
        let left = try #require(state.reductions.values.first).progress.records

        try place.project.write("# another one\n" + Self.file, to: "tests/a.test")
        let anew = try await place.project.start(["reduce", "tests/a.test:\(Self.line + 1)", "-o", "out.test", "--budget", "1ms"]).finish()
        #expect(anew.code == 1, "\(anew)")
        // It is kept by the record's line, and so is another one.
        try place.project.write(Self.file, to: "tests/a.test")
        let again = try await place.project.start(place.arguments + ["--budget", "1ms"]).finish()
        #expect(again.code == 1, "\(again)")
        try place.project.write(Self.file + "\nhalt\n", to: "tests/a.test")
        let changed = try await place.project.start(place.arguments + ["--budget", "1ms"]).finish()
        #expect(changed.code == 1 && changed.text.contains("not gone on with: the file, the record or the engine has changed"), "\(changed)")

        let end = try await place.project.start(place.arguments).finish()
        #expect(end.code == 0 && end.text.contains("It went on from the \(left) records"), "\(end)")
        // What is left of the other record stays.
        #expect(try #require(ReductionState(Array(place.text(place.state).utf8))).reductions.keys.sorted() == ["tests/a.test:\(Self.line + 1)"])
        #expect(place.text(place.output).contains("37"))
    }

    @Test("another engine begins anew, and a damaged state is told and is nothing")
    func engine() async throws {
        let place = try await place("value")
        #expect(try await place.project.start(place.arguments + ["--budget", "1ms"]).finish().code == 1)
        try set("value,slow", in: place)
        let other = try await place.project.start(place.arguments + ["--budget", "1ms"]).finish()
        #expect(other.text.contains("the engine has changed"), "\(other)")
        try place.project.write("{\"version\":1", to: "out.test.reduction")
        try set("value", in: place)
        let damaged = try await place.project.start(place.arguments).finish()
        #expect(damaged.code == 0 && damaged.errors.contains("out.test.reduction is damaged"), "\(damaged)")
        #expect(!damaged.text.contains("earlier reduction"), "\(damaged)")
        #expect(!FileManager.default.fileExists(atPath: place.state))
    }

    @Test("a signal ends it with the best so far and leaves nothing behind, here and on a host; the same command goes on", arguments: [
        (SIGINT, true), (SIGTERM, true), (SIGKILL, true), (SIGINT, false), (SIGKILL, false),
    ])
    func signals(number: Int32, isLocal: Bool) async throws {
        let place = try await place("value,slow", isLocal: isLocal)
        if !isLocal { #expect(try await place.project.slt("sync").code == 0) }
        let client = try place.project.start(place.arguments)
        let isBegun = try await eventually { FileManager.default.fileExists(atPath: place.state) || client.hasEnded }
        #expect(isBegun && !client.hasEnded, "\(client.errors) \(client.output)")
        client.signal(number)
        let end = try await client.finish()
        #expect(end.code == (number == SIGKILL ? -SIGKILL : 130), "\(end)")
        #expect(place.text(place.output).hasPrefix("# Reduced from tests/a.test, line \(Self.line)."))
        try await isClean(place)
        // The workspace is nobody's.
        if !isLocal { #expect(try await place.project.slt("sync").code == 0) }
        let next = try await place.project.start(place.arguments + ["--budget", "1ms"]).finish()
        #expect(next.text.contains("It went on from the"), "\(next)")
    }

    @Test("a connection that is lost leaves the best so far, and nothing on the host; the same command goes on")
    func connection() async throws {
        let place = try await place("value,slow", isLocal: false)
        #expect(try await place.project.slt("sync").code == 0)
        let client = try place.project.start(place.arguments)
        let isBegun = try await eventually { FileManager.default.fileExists(atPath: place.state) || client.hasEnded }
        #expect(isBegun && !client.hasEnded, "\(client.errors)")
        #expect(try #require(place.project.server).killConnections() > 0)
        let end = try await client.finish()
        #expect(end.code == 3 && end.text.contains("not all was tried: the same command goes on"), "\(end)")
        try await isClean(place)
        let next = try await place.project.start(place.arguments + ["--budget", "1ms"]).finish()
        #expect(next.text.contains("It went on from the"), "\(next)")
    }

    @Test("nobody who reads its output is no reason to leave anything behind", arguments: [true, false])
    func closedPipe(isLocal: Bool) async throws {
        let place = try await place("value", isLocal: isLocal)
        if !isLocal { #expect(try await place.project.slt("sync").code == 0) }
        let words = ([Programs.client] + place.arguments).joined(separator: " ")
        let end = try await RunningProgram.run(["/bin/sh", "-c", "\(words) | head -1"], environment: place.project.environment, in: place.project.source)
        #expect(end.text.hasPrefix("tests/a.test:\(Self.line): "), "\(end)")
        #expect(place.text(place.output).contains("37"))
        try await isClean(place)
        let closed = try await RunningProgram.run(["/bin/sh", "-c", "\(words) | true"], environment: place.project.environment, in: place.project.source)
        #expect(!closed.errors.contains("Fatal"), "\(closed)")
        try await isClean(place)
    }

    @Test("repro that is cut off leaves nothing behind", arguments: [(SIGINT, true), (SIGTERM, true), (SIGKILL, true), (SIGINT, false), (SIGKILL, false)])
    func repro(number: Int32, isLocal: Bool) async throws {
        let hanging = "statement ok\nCREATE TABLE t(a)\n\nstatement ok\nINSERT INTO t VALUES (2000000)\n\nquery I nosort\nSELECT a FROM t\n----\n2000000\n"
        let place = try await place("hang", isLocal: isLocal, files: ["tests/a.test": hanging])
        if !isLocal { #expect(try await place.project.slt("sync").code == 0) }
        let client = try place.project.start(["repro", "--keep-database", "tests/a.test:7"] + (isLocal ? [] : ["--host", "box"]))
        let isBegun = try await eventually { place.leftOver.contains { $0.hasPrefix("slt-database-") } || client.hasEnded }
        #expect(isBegun && !client.hasEnded, "\(client.errors)")
        client.signal(number)
        let end = try await client.finish()
        #expect(end.code == (number == SIGKILL ? -SIGKILL : 130), "\(end)")
        try await isClean(place)
    }

    @Test("slt-worker: a killed reduction is gone on with, its processes end with it, and the next one removes its folders")
    func worker() async throws {
        let place = try await place("value,slow")
        let words = [Programs.worker, "reduce", "--engine-library", place.library.file("libfaults.so"), "-j", "1", "tests/a.test:\(Self.line)"]
        let environment = place.project.environment.merging(["FAULT": "value,slow", "TMPDIR": place.library.path]) { $1 }
        let state = place.project.source + "/a-\(Self.line).reduction"
        for number in [SIGKILL, SIGINT] {
            let program = try RunningProgram(words, environment: environment, in: place.project.source, surroundings: place.project)
            let isBegun = try await eventually { FileManager.default.fileExists(atPath: state) || program.hasEnded }
            #expect(isBegun && !program.hasEnded, "\(program.errors)")
            program.signal(number)
            #expect(try await program.finish().code == -number)
            let gone = try await eventually { place.processes.isEmpty }
            #expect(gone, "\(place.processes.map { commandLine($0) })")
            #expect(ReductionState(Array(place.text(state).utf8)) != nil)
        }
        let next = try await RunningProgram.run(words + ["--budget", "1ms"], environment: environment, in: place.project.source)
        #expect(next.code == 1 && next.text.contains("It went on from the"), "\(next)")
        try await isClean(place)
    }

    @Test("reduce --all does not do again what is done, and Ctrl-C keeps the causes so far")
    func all() async throws {
        let place = try await place("value", files: ["tests/a.test": Self.file, "tests/b.test": "query I nosort\nSELECT 1 + 136\n----\n137\n"])
        #expect(try await place.project.slt("run").code == 1)
        let first = try await place.project.start(["reduce", "--all", "-o", "causes"]).finish()
        #expect(first.code == 0 && first.text.contains("2 failing records"), "\(first)")
        let path = place.project.source + "/causes/state.reduction"
        #expect(try #require(ReductionState(Array(place.text(path).utf8))).reductions.values.allSatisfy { $0.isMinimal && $0.resumption == nil })
        let again = try await place.project.start(["reduce", "--all", "-o", "causes"]).finish()
        #expect(again.text == first.text, "\(again)")
        let kept = try #require(ReductionState(Array(place.text(path).utf8))).reductions.values
        #expect(!kept.isEmpty && kept.allSatisfy { $0.resumption?.contains("at its end already") == true && $0.progress.tries == 0 }, "\(kept)")

        // Also files of the suite may be called so.
        try place.project.write("mine", to: "tests/2.test")
        let taken = try await place.project.start(["reduce", "--all", "-o", "tests"]).finish()
        #expect(taken.code == 2 && taken.errors.contains("cannot write tests/2.test: another file is there"), "\(taken)")
        #expect(place.text(place.project.source + "/tests/2.test") == "mine")

        try set("value,slow", in: place)
        let client = try place.project.start(["reduce", "--all", "-o", "others", "-j", "1"])
        let isBegun = try await eventually { FileManager.default.fileExists(atPath: place.project.source + "/others/state.reduction") || client.hasEnded }
        #expect(isBegun && !client.hasEnded, "\(client.errors)")
        client.signal(SIGINT)
        let end = try await client.finish()
        #expect(end.code == 130, "\(end)")
        try await isClean(place)
    }
}
