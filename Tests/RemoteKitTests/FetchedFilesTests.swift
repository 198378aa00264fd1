import FoundationEssentials
import Glibc
@testable import RemoteKit
import TestSupport
import Testing
import TreeSync

@Suite struct FetchedFilesTests {
    private func refusal(_ folder: TemporaryFolder, _ run: String = "r", in parent: String = "") -> String {
        do {
            _ = try FetchedFiles.open(run: run, in: folder.path + parent)
            return ""
        } catch {
            return error.code == .usage ? error.message : "\(error.code)"
        }
    }

    @Test("a folder that is not there or empty is taken, one that no fetch made is not")
    func opening() throws {
        let folder = try TemporaryFolder()
        #expect(refusal(folder) == "")
        #expect(refusal(folder) == "")
        mkdir(folder.file("empty"), 0o700)
        #expect(refusal(folder, "empty") == "")
        try folder.write("x", to: "Documents/letter")
        #expect(refusal(folder, "Documents").contains("no fetch of this run made it"))
        try folder.write(#"{"id":"another"}"#, to: "other/spec.json")
        #expect(refusal(folder, "other").contains("no fetch of this run made it"))
        try folder.write("x", to: "alien/.fetched")
        #expect(refusal(folder, "alien").contains("is of something else"))
    }

    @Test("while a fetch is at work in the folder, another one waits, and is refused when that takes too long")
    func atOnce() async throws {
        let folder = try TemporaryFolder()
        var first: FetchedFiles? = try FetchedFiles.open(run: "r", in: folder.path)
        try first?.add(TreePath("events"))
        let error = await #expect(throws: RemoteError.self) { try await FetchedFiles.open(run: "r", in: folder.path, patience: .milliseconds(120), waiting: nil) }
        #expect(error?.code == .locked)
        #expect(error?.message.contains("another fetch of this run is at work there") == true)
        async let second = FetchedFiles.open(run: "r", in: folder.path, waiting: nil)
        // Another run's folder is another one's.
        _ = try FetchedFiles.open(run: "other", in: folder.path)
        try first?.add(TreePath("records.jsonl"))
        first = nil
        let files = try await second
        #expect(files.contains(TreePath("events")))
        #expect(files.contains(TreePath("records.jsonl")))
    }

    @Test("a link or a file in the place of the folder is refused with the reason, as is a file above it")
    func inTheWay() throws {
        let folder = try TemporaryFolder()
        try folder.write("x", to: "file")
        mkdir(folder.file("elsewhere"), 0o700)
        for (name, target) in [("link", "elsewhere"), ("dangling", "nowhere"), ("to-file", "file")] {
            try FileManager.default.createSymbolicLink(atPath: folder.file(name), withDestinationPath: folder.file(target))
            #expect(refusal(folder, name).contains("it is a link"), "\(name)")
        }
        #expect(refusal(folder, "file").contains("a file stands there"))
        #expect(refusal(folder, in: "/file").contains("/file is a file, not a folder"))
        #expect(refusal(folder, in: "/file/deep/er").contains("/file is a file, not a folder"))
        #expect(below(folder.file("elsewhere")).isEmpty)
        // The folder above is the user's choice.
        #expect(refusal(folder, in: "/link") == "")
        #expect(FileManager.default.fileExists(atPath: folder.file("elsewhere/r/.fetched")))
    }

    @Test("a link above the folder that another user made is not followed", .enabled(if: getuid() == 0, "needs root"))
    func foreignLink() throws {
        let folder = try TemporaryFolder()
        mkdir(folder.file("elsewhere"), 0o700)
        try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: folder.file("elsewhere"))
        try #require(lchown(folder.file("link"), 12345, 12345) == 0)
        #expect(refusal(folder, in: "/link/deep").contains("is a link of another user"))
        #expect(below(folder.file("elsewhere")).isEmpty)
    }

    @Test("what was added is known to the next fetch, also after a kill that cut the list short")
    func remembers() throws {
        let folder = try TemporaryFolder()
        do {
            let files = try FetchedFiles.open(run: "r", in: folder.path)
            for path in ["spec.json", "line\nbreak"] { try files.add(TreePath(path)) }
            #expect(files.contains(TreePath("spec.json")))
            #expect(!files.contains(TreePath("notes")))
        }
        let list = try #require(FileHandle.appending(folder.file("r/.fetched")))
        #expect(write(list, "half", 4) == 4)
        #expect(close(list) == 0)
        do {
            let again = try FetchedFiles.open(run: "r", in: folder.path)
            #expect(again.contains(TreePath("spec.json")))
            #expect(again.contains(TreePath("line\nbreak")))
            #expect(!again.contains(TreePath("half")))
            try again.add(TreePath("events"))
        }
        let third = try FetchedFiles.open(run: "r", in: folder.path)
        #expect(third.contains(TreePath("events")))
        #expect(!third.contains(TreePath("halfevents")))
    }

    @Test("results that an older release fetched are known by their names, and nothing else is")
    func older() throws {
        let folder = try TemporaryFolder()
        for name in ["spec.json", "records.jsonl", "logs/worker-3.log", "logs/mine.log", "results/0/17", "results/0/mine", "notes"] {
            try folder.write(name == "spec.json" ? #"{"id":"r","workers":1}"# : "x", to: "r/" + name)
        }
        let files = try FetchedFiles.open(run: "r", in: folder.path)
        for name in ["spec.json", "records.jsonl", "logs", "logs/worker-3.log", "results/0", "results/0/17"] { #expect(files.contains(TreePath(name)), "\(name)") }
        for name in ["notes", "logs/mine.log", "results/0/mine"] { #expect(!files.contains(TreePath(name)), "\(name)") }
    }

    @Test("only what a fetch wrote is removed, through no link, and what is gone is forgotten")
    func removing() throws {
        let folder = try TemporaryFolder()
        try folder.write("x", to: "outside/5")
        do {
            let files = try FetchedFiles.open(run: "r", in: folder.path)
            for path in ["results", "results/0", "results/0/1", "results/1", "results/1/5", "results/2", "results/2/9", "events"] { try files.add(TreePath(path)) }
            for path in ["results/0/1", "results/0/mine", "results/2/9"] { try folder.write("x", to: "r/" + path) }
            try FileManager.default.createSymbolicLink(atPath: folder.file("r/results/1"), withDestinationPath: folder.file("outside"))
            files.remove(below: "results")
            #expect(below(folder.file("r/results")).contains(folder.file("r/results/0/mine")))
            #expect(!FileManager.default.fileExists(atPath: folder.file("r/results/0/1")))
            #expect(!FileManager.default.fileExists(atPath: folder.file("r/results/2")))
            #expect(FileManager.default.fileExists(atPath: folder.file("outside/5")))
            try files.forgetMissing("r")
            #expect(!files.contains(TreePath("events")))
        }
        #expect(try !FetchedFiles.open(run: "r", in: folder.path).contains(TreePath("events")))
    }

    private enum FileHandle {
        static func appending(_ path: String) -> Int32? {
            let file = open(path, O_WRONLY | O_APPEND)
            return file >= 0 ? file : nil
        }
    }
}

@Suite struct RecordLinesTests {
    private func lines(_ text: String, longest: Int = 100) throws -> [String] {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "records.jsonl")
        var found: [String] = []
        try RecordLines.forEach(folder.file("records.jsonl"), longest: longest) { number, line in
            #expect(number == found.count)
            found.append(String(decoding: line, as: UTF8.self))
            return true
        }
        return found
    }

    @Test("lines come one by one, with and without an end, also over the pieces that are read")
    func reading() throws {
        #expect(try lines("") == [])
        #expect(try lines("a") == ["a"])
        #expect(try lines("a\n\nb\n") == ["a", "b"])
        let many = (0..<50_000).map { "line \($0) " + String(repeating: "x", count: $0 % 70) }
        #expect(try lines(many.joined(separator: "\n") + "\n") == many)
        #expect(throws: RecordLines.Failure.self) { try lines(String(repeating: "y", count: 101)) }
        #expect(try lines(String(repeating: "y", count: 100) + "\nz") == [String(repeating: "y", count: 100), "z"])
    }

    @Test("8 GB of nothing are no line, and take no memory")
    func sparse() throws {
        let folder = try TemporaryFolder()
        try folder.write("", to: "records.jsonl")
        try #require(truncate(folder.file("records.jsonl"), 8 << 30) == 0)
        let before = peak()
        #expect(throws: RecordLines.Failure.self) { try RecordLines.forEach(folder.file("records.jsonl")) { _, _ in true } }
        #expect(RecordDetails(folder: folder.path).flaky().isEmpty)
        #expect(peak() - before < 512 << 20)
    }

    /// The most bytes this process has had.
    private func peak() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
    }

    @Test("what is no plain file is not read", arguments: ["link", "folder", "pipe"])
    func noFile(_ kind: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("x\n", to: "target")
        let path = folder.file("records.jsonl")
        switch kind {
        case "link": try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: folder.file("target"))
        case "folder": mkdir(path, 0o700)
        default: mkfifo(path, 0o600)
        }
        #expect(throws: RecordLines.Failure.self) { try RecordLines.forEach(path) { _, _ in true } }
    }
}
