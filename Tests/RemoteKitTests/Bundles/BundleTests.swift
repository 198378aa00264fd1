import Fleet
import FoundationEssentials
import Glibc
@testable import RemoteKit
import TestSupport
import Testing
import TreeSync

@Suite struct BundleTests {
    private static let run = "20261121-013000.123456-k3f9"
    private static let spec = #"{"id":"\#(run)","workspace":"/w","mode":"drain","workers":1,"timeBudget":1,"fileTimeout":1,"attempts":1,"seed":0,"engine":{"kind":"sqlite","command":[],"environment":{}},"blocked":[],"startedBy":"me@here"}"#
    private static let record = #"{"id":0,"file":"a.test","outcome":"pass","tests":3,"skipped":0,"errors":0,"duration":0.5,"attempt":1,"finishedAt":1,"failures":[]}"#

    /// A fetched run, with a file of the user's own in it.
    private func fetched(_ folder: TemporaryFolder, in parent: String = "results") throws -> String {
        let parent = folder.file(parent), path = "\(parent)/\(Self.run)"
        let files = try FetchedFiles.open(run: Self.run, in: parent)
        mkdir(path + "/logs", 0o700)
        try files.add(TreePath("logs"))
        for (name, text) in [("spec.json", Self.spec), ("records.jsonl", Self.record + "\n"), ("logs/build.log", "built\n"), ("logs/supervisor.log", "")] {
            try files.add(TreePath(name))
            try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
        }
        try Data("mine".utf8).write(to: URL(filePath: path + "/notes.txt"))
        return path
    }

    @Test("a bundle has what a fetch wrote, reads like the folder, and is the same bytes each time")
    func whole() throws {
        let folder = try TemporaryFolder()
        let path = try fetched(folder), one = folder.file("one.tar.zst"), two = folder.file("two.tar.zst")
        try RunFolder(path: path).writeBundle(to: one)
        // Neither times nor modes nor the order of names are in it.
        try fetched(folder, in: "again/results").withCString { _ = chmod($0, 0o700) }
        try RunFolder(path: folder.file("again/results/\(Self.run)")).writeBundle(to: two)
        #expect(try Data(contentsOf: URL(filePath: one)) == Data(contentsOf: URL(filePath: two)))
        var place = ""
        do {
            let run = try RunFolder(path: one)
            place = run.path
            #expect(run.origin == one)
            #expect(run.hostFolder == "results", "a bundle says which host the run was on")
            #expect(run.spec.id == Self.run)
            var files: [String] = []
            try run.forEachRecord { files.append($0.file); return true }
            #expect(files == ["a.test"])
            #expect(FileManager.default.contents(atPath: place + "/logs/build.log") == Data("built\n".utf8))
            #expect(access(place + "/notes.txt", F_OK) != 0)
            #expect(access(place + "/.fetched", F_OK) != 0)
        }
        #expect(access(place, F_OK) != 0, "what was unpacked is gone with the value")
    }

    @Test("a bundle is written to a name that ends as one, into a folder that is there", arguments: ["run.zip", ".tar.zst", "none/run.tar.zst"])
    func names(_ name: String) throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: RemoteError.self) { try RunFolder.check(bundle: name.hasPrefix(".") ? name : folder.file(name)) }
        #expect(error?.code == .usage)
    }

    @Test("what no run has is refused, and nothing is made of it outside", arguments: [
        ("../evil", "0", "which no run has"), ("/etc/evil", "0", "which no run has"), ("RUN/../../evil", "0", "which no run has"), ("RUN//x", "0", "which no run has"),
        ("RUN/a\nb", "0", "which no run has"), ("RUN/a/b/c/d/e/f", "0", "which no run has"), ("RUN/.ssh", "0", "which no run has"), ("RUN/ü", "0", "no"),
        ("RUN/link", "2", "is a link"), ("RUN/hard", "1", "is a link"), ("RUN/device", "3", "is a device"), ("RUN/pipe", "6", "is a device"),
        ("o ther/spec.json", "0", "which no run has"), ("20261121-013000.123456-zzzz/spec.json", "0", "more than one run"),
        ("RUN", "0", "in no folder"), ("RUN/spec.json", "0", "twice"), ("RUN/spec.json/x", "0", "a file and a folder"),
    ])
    func hostile(_ name: String, _ type: String, _ words: String) throws {
        let folder = try TemporaryFolder()
        var tar = TarText()
        tar.add("\(Self.run)/spec.json", Self.spec)
        tar.add(name.replacing("RUN", with: Self.run), "x", type: try #require(type.first), link: type == "1" ? "\(Self.run)/spec.json" : type == "2" ? "/etc/passwd" : "")
        try tar.write(to: folder.file("x.tar.zst"))
        let error = #expect(throws: RemoteError.self) { try RunFolder(path: folder.file("x.tar.zst")) }
        #expect(error?.code == .usage)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        #expect(access("/etc/evil", F_OK) != 0)
        #expect(access("/tmp/evil", F_OK) != 0)
    }

    @Test("a bundle that is cut short anywhere, or is none, is refused in words")
    func damaged() throws {
        let folder = try TemporaryFolder()
        let bundle = folder.file("one.tar.zst")
        try RunFolder(path: try fetched(folder)).writeBundle(to: bundle)
        let whole = try Data(contentsOf: URL(filePath: bundle)), cut = folder.file("cut.tar.zst")
        for length in stride(from: 0, to: whole.count - 1, by: max(1, whole.count / 40)) {
            try whole.prefix(length).write(to: URL(filePath: cut))
            let error = #expect(throws: RemoteError.self, "\(length)") { try RunFolder(path: cut) }
            #expect(error?.code == .usage)
            #expect(error?.message.hasPrefix("cannot read the bundle \(cut): ") == true, "\(error?.message ?? "")")
        }
        var noticed = 0
        for at in stride(from: 0, to: whole.count, by: max(1, whole.count / 60)) {
            var flipped = whole
            flipped[at] ^= 0x55
            try flipped.write(to: URL(filePath: cut))
            do {
                // The byte meant nothing, or is one of a text.
                #expect(try RunFolder(path: cut).spec.id == Self.run, "\(at)")
            } catch {
                noticed += 1
                #expect(error.code == .usage, "\(at)")
                #expect(error.message.hasPrefix("cannot read the "), "\(at): \(error.message)")
            }
        }
        #expect(noticed > 20)
        for text in ["", "PK\u{3}\u{4}zip", "plain text", "\u{1F}\u{8B}gz"] {
            try Data(text.utf8).write(to: URL(filePath: cut))
            #expect(throws: RemoteError.self) { try RunFolder(path: cut) }
        }
        // A tar that is not in zstd is no bundle either.
        var tar = TarText()
        tar.add("\(Self.run)/spec.json", Self.spec)
        try Data(tar.whole).write(to: URL(filePath: cut))
        let error = #expect(throws: RemoteError.self) { try RunFolder(path: cut) }
        #expect(error?.message.contains("it is not in zstd") == true, "\(error?.message ?? "")")
    }

    @Test("bundles that blow up are refused before they fill the disk: by bytes, by number, by what they say of themselves")
    func bombs() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("x.tar.zst")
        var large = TarText()
        large.add("\(Self.run)/spec.json", Self.spec)
        large.add("\(Self.run)/events", String(repeating: " ", count: 4 << 20))
        try large.write(to: path)
        let limits = BundleLimits(bytes: 16 << 30, ratio: 10, freeBytes: 1 << 20)
        var error = #expect(throws: RemoteError.self) { try RunBundle.open(path, limits: limits) }
        #expect(error?.message.contains("no bundle of its size has") == true, "\(error?.message ?? "")")
        #expect(try RunBundle.open(path).run == Self.run)
        var many = TarText()
        for number in 0..<20 { many.add("\(Self.run)/rows/\(number)", "x") }
        try many.write(to: path)
        error = #expect(throws: RemoteError.self) { try RunBundle.open(path, limits: BundleLimits(entries: 19)) }
        #expect(error?.message.contains("more than 19 files") == true)
        var liar = TarText()
        liar.add("\(Self.run)/spec.json", Self.spec)
        liar.add("\(Self.run)/events", "x", size: 1 << 36)
        try liar.write(to: path)
        error = #expect(throws: RemoteError.self) { try RunBundle.open(path) }
        #expect(error?.code == .usage)
    }

    @Test("packed records that blow up are read no further than a file of their size can go")
    func packedBombs() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("records.jsonl.zst")
        try folder.write(String(repeating: " ", count: 4 << 20), to: "lines")
        try PackedLines.pack(folder.file("lines"), to: path)
        let file = open(path, O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        let next = try PackedLines.pieces(of: file, size: 100, limits: BundleLimits(ratio: 10, freeBytes: 1 << 20))
        var bytes = 0
        let error = #expect(throws: ArchiveReading.Failure.self) { while case let piece = try next(), !piece.isEmpty { bytes += piece.count } }
        #expect(error?.message.contains("no file of its size") == true)
        #expect(bytes <= 1 << 20 + 1000)
        #expect(BundleLimits().most(of: .max) == 16 << 30)
        #expect(BundleLimits().most(of: 0) == 64 << 20)
        var read = 0
        try RecordLines.forEach(packed: path) { _, line in
            read += line.count
            return true
        }
        #expect(read == 4 << 20)
    }

    @Test("a bundle whose spec is another run's is refused")
    func other() throws {
        let folder = try TemporaryFolder()
        var tar = TarText()
        tar.add("20261121-013000.123456-zzzz/spec.json", Self.spec)
        try tar.write(to: folder.file("x.tar.zst"))
        let error = #expect(throws: RemoteError.self) { try RunFolder(path: folder.file("x.tar.zst")) }
        #expect(error?.message.contains("it is another") == true)
    }

    @Test("a pruned run keeps its records and the user's files, and reads as before")
    func pruned() throws {
        let folder = try TemporaryFolder()
        let path = try fetched(folder), parent = folder.file("results")
        #expect(try PrunedRun.prune(Self.run, in: parent, isDryRun: true) > 0)
        #expect(access(path + "/records.jsonl", F_OK) == 0, "a dry run changes nothing")
        _ = try PrunedRun.prune(Self.run, in: parent, isDryRun: false)
        let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        #expect(names == [".fetched", "notes.txt", "records.jsonl.zst", "spec.json"])
        let run = try RunFolder(path: path)
        #expect(run.isPruned)
        var files: [String] = []
        try run.forEachRecord { files.append($0.file); return true }
        #expect(files == ["a.test"])
        #expect(try FetchedFiles.open(run: Self.run, in: parent).contains(TreePath("records.jsonl.zst")), "a later fetch of the whole takes it away")
        // Twice is as once, and a bundle of it can be read.
        _ = try PrunedRun.prune(Self.run, in: parent, isDryRun: false)
        try run.writeBundle(to: folder.file("p.tar.zst"))
        #expect(try RunFolder(path: folder.file("p.tar.zst")).isPruned)
    }
}
