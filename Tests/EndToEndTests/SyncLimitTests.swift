import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("what a sync says of limits and of what it leaves out")
struct SyncLimitTests {
    @Test("too few files that may be open here are told with the number that is needed", arguments: [8, 12, 16, 20, 28, 40])
    func here(_ limit: Int) async throws {
        let project = try await Project(files: ["a": "a"], isLocal: true)
        let line = "ulimit -n \(limit); exec '\(Programs.client)' sync"
        let sync = try await RunningProgram(["/bin/sh", "-c", line], environment: project.environment, in: project.source).finish()
        #expect(sync.code == 2, "\(sync)")
        #expect(sync.errors.contains("64 open files are needed, and the limit is \(limit)"), "\(sync)")
    }

    @Test("too few files that may be open on the host are told with the number that is needed", arguments: [12, 16, 24, 40])
    func there(_ limit: Int) async throws {
        let project = try await Project(files: ["a": "a"])
        // In the place of the worker, a program that is the worker with less.
        let agents = project.state + "/agents"
        let digest = try #require(try FileManager.default.contentsOfDirectory(atPath: agents).first)
        let worker = "\(agents)/\(digest)/slt-worker"
        try FileManager.default.removeItem(atPath: worker)
        #expect(FileManager.default.createFile(atPath: worker, contents: Data("#!/bin/sh\nulimit -n \(limit)\nexec '\(Programs.worker)' \"$@\"\n".utf8), attributes: [.posixPermissions: 0o755]))
        let sync = try await project.slt("sync")
        #expect(sync.code == 3, "\(sync)")
        #expect(sync.errors.contains("64 open files are needed, and the limit is \(limit)"), "\(sync)")
    }

    @Test("FIFOs and sockets are named in notes, and what the host could not do in warnings, each with its count")
    func notes() async throws {
        let project = try await Project(files: ["a": "a", "b": "b", ".gitignore": "mine\n"], isLocal: true)
        #expect(mkfifo(project.source + "/pipe", 0o644) == 0)
        let sync = try await project.slt("sync")
        #expect(sync.code == 0, "\(sync)")
        #expect(sync.errors.contains("note: pipe: skipped: a FIFO is not sent"), "\(sync)")
        #expect(sync.errors.contains("; 1 note"), "\(sync)")
        try FileManager.default.removeItem(atPath: project.workspace + "/b")
        try FileManager.default.createDirectory(atPath: project.workspace + "/b", withIntermediateDirectories: true)
        #expect(FileManager.default.createFile(atPath: project.workspace + "/b/mine", contents: nil))
        let blocked = try await project.slt("sync")
        #expect(blocked.code == 3, "\(blocked)")
        #expect(blocked.errors.contains("warning: b: cannot replace the folder"), "\(blocked)")
        #expect(blocked.errors.contains("; 1 problem"), "\(blocked)")
    }

    @Test("a workspace that is not there yet is the first that --itemize lists, dry and real")
    func root() async throws {
        let project = try await Project(files: ["a": "a", "d/b": "b"], isLocal: true)
        let dry = try await project.slt("sync", "--dry-run", "-i")
        let real = try await project.slt("sync", "-i")
        #expect(dry.code == 0, "\(dry), \(real)")
        #expect(real.code == 0, "\(dry), \(real)")
        #expect(dry.text == real.text, "\(dry), \(real)")
        #expect(real.text.hasPrefix("cd+++++++++ ./\n"), "\(dry), \(real)")
        #expect(dry.errors.contains("would sync 3 files and 1 folder: 3 files and 1 folder created, at most "), "\(dry)")
        #expect(!dry.errors.contains("0 B"), "\(dry)")
    }
}
