import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("hosts with disks that take nothing")
struct DiskTests {
    private static let settings = "[suite]\nfiles = [\"tests/*.test\"]\n[run]\nworkers = 2\n"

    @Test("a workspace in a read-only place")
    func readOnlyWorkspace() async throws {
        let project = try await Project(files: ["tests/a.test": passingFile], DiskTests.settings, workspace: "/proc/slt/work")
        let sync = try await project.slt("sync")
        sync.expect(code: 3, "/proc/slt")
        try await project.slt("run").expect(code: 3, "/proc/slt")
        #expect(project.runs().isEmpty)
    }

    @Test("a state folder in a read-only place: the worker cannot be installed, and the remedy is said")
    func readOnlyState() async throws {
        let project = try await Project(files: ["tests/a.test": passingFile], DiskTests.settings, state: "/proc/slt/state", hasAgent: false)
        try await project.slt("run").expect(code: 3, "cannot install the worker in /proc/slt/state", "cannot be made", "'state' of the host")
    }

    @Test("a full disk: the upload of the worker", .enabled(if: SmallDisk.isPossible, "only root can mount a small disk"))
    func fullForAgent() async throws {
        let disk = try SmallDisk("1m")
        let project = try await Project(files: ["tests/a.test": passingFile], DiskTests.settings, state: disk.path + "/state", hasAgent: false)
        try await project.slt("run").expect(code: 3, "cannot install the worker", "No space left on device", "'state' of the host")
        let left = below(disk.path).filter { $0.hasSuffix("slt-worker") || $0.contains(".upload") }
        #expect(left.isEmpty)
    }

    @Test("a full disk: the sync fails, leaves no half file, and goes on when there is room",
          .enabled(if: SmallDisk.isPossible, "only root can mount a small disk"))
    func fullForSync() async throws {
        let disk = try SmallDisk("1m")
        let noise = String((0..<3_000_000).map { _ in Character(UnicodeScalar(UInt8.random(in: 33...126))) })
        let project = try await Project(files: ["tests/a.test": passingFile, "big.txt": noise], DiskTests.settings, workspace: disk.path + "/work")
        let sync = try await project.slt("sync")
        #expect(sync.code == 3, "\(sync)")
        #expect(sync.errors.lowercased().contains("no space left on device"), "\(sync)")
        #expect(!project.exists(disk.path + "/work/big.txt"))
        let run = try await project.slt("run")
        #expect(run.code == 3, "\(run)")
        #expect(project.runs().isEmpty, "\(run)")
        try project.write("small", to: "big.txt")
        let again = try await project.slt("sync")
        #expect(again.code == 0, "\(again)")
        #expect(try String(contentsOfFile: disk.path + "/work/big.txt", encoding: .utf8) == "small")
    }

    /// What a host has of a file, what is to come, and how: in bytes.
    static let largeFiles: [(String, old: Int?, new: Int)] = [
        ("a new one", nil, 4 << 20), ("a new one, in parts", nil, 20 << 20),
        ("a delta", 6 << 20, 6 << 20), ("a delta of one that is handed out in parts", 18 << 20, 18 << 20),
    ]

    @Test("a full disk: a large file is named with the reason, nothing half done is left, and the old state stays",
          .enabled(if: SmallDisk.isPossible, "only root can mount a small disk"), arguments: largeFiles)
    func fullForLargeFile(_ what: String, _ old: Int?, _ new: Int) async throws {
        let disk = try SmallDisk("64m"), workspace = disk.path + "/work"
        let project = try await Project(files: ["kept/a.txt": "a"], isLocal: true, workspace: workspace)
        var random = SeededRandom(1)
        let noise = (0..<new / 8).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }
        let file = project.source + "/big.bin"
        func put(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(filePath: file)) }
        if old != nil { try put(noise) }
        #expect(try await project.slt("sync").code == 0)
        func state() -> [String: Data] {
            Dictionary(uniqueKeysWithValues: below(workspace).map { ($0, FileManager.default.contents(atPath: $0) ?? Data()) })
        }
        let before = state()
        // What was there already moves by a few bytes: all of it is copied.
        try put([1, 2, 3] + noise)
        try disk.fill(leaving: 2 << 20)
        let sync = try await project.slt("sync")
        sync.expect(code: 3, "cannot write big.bin on the receiver: no space left on device; free some space there, then sync again")
        #expect(state() == before, "\(below(workspace))")
        disk.empty()
        let again = try await project.slt("sync")
        #expect(again.code == 0, "\(again)")
        let oracle = try await RunningProgram.run(["/usr/bin/rsync", "-aHnic", "--delete", project.source + "/", workspace + "/"], environment: [:])
        #expect(oracle.code == 0, "\(oracle)")
        #expect(oracle.output.isEmpty, "\(oracle)")
    }

    @Test("a full disk: --itemize --json prints what was done before, and the object is whole",
          .enabled(if: SmallDisk.isPossible, "only root can mount a small disk"))
    func fullForItemize() async throws {
        struct Result: Decodable {
            struct Change: Decodable { var change: String, path: String }
            var changes: [Change]
            var isPartial: Bool?
        }
        let disk = try SmallDisk("8m")
        let project = try await Project(files: ["a": "a"], isLocal: true, workspace: disk.path + "/work")
        let first = try project.decode(Result.self, try await project.slt("sync", "--itemize", "--json"))
        #expect(first.changes.count == 3)
        #expect(first.isPartial == false)
        let none = try project.decode(Result.self, try await project.slt("sync", "--itemize", "--json"))
        #expect(none.changes.isEmpty)
        #expect(none.isPartial == false)
        for number in 0..<600 {
            try FileManager.default.createDirectory(atPath: project.source + "/folder\(number)", withIntermediateDirectories: true)
        }
        try Data((0..<9 << 20).map { UInt8(truncatingIfNeeded: $0 &* 7) }).write(to: URL(filePath: project.source + "/big"))
        let full = try await project.slt("sync", "--itemize", "--json")
        #expect(full.code == 3, "\(full.errors)")
        #expect(full.errors.contains("no space left on device"), "\(full.errors)")
        let done = try project.decode(Result.self, full)
        #expect(done.changes.filter { $0.change == "cd+++++++++" && $0.path.hasPrefix("folder") }.count >= 500)
        #expect(done.isPartial == nil)
    }

    @Test("a full disk: the run cannot be made", .enabled(if: SmallDisk.isPossible, "only root can mount a small disk"))
    func fullForRun() async throws {
        let disk = try SmallDisk("8m")
        let project = try await Project(files: ["tests/a.test": passingFile], DiskTests.settings, state: disk.path + "/state")
        #expect(try await project.slt("sync").code == 0)
        try disk.fill()
        let refused = try await project.slt("run", "--no-sync")
        refused.expect(code: 3, "No space left on device", "free some space")
        // There is nothing that could be resumed.
        #expect(!refused.errors.contains("resume"), "\(refused)")
        #expect(project.runs().isEmpty, "\(refused)")
        disk.empty()
        let run = try await project.slt("run")
        #expect(run.code == 0, "\(run)")
    }

    @Test("the disk fills up during the run: it is incomplete and says why, and it can be resumed",
          .enabled(if: SmallDisk.isPossible, "only root can mount a small disk"))
    func fullDuringRun() async throws {
        let disk = try SmallDisk("2m")
        let project = try await Project(files: Gate.files(40), Gate.settings(), state: disk.path + "/state")
        let client = try project.start(["run"])
        let live = try await project.status { $0.running == 2 }
        try disk.fill()
        try project.openGate()
        let end = try await client.finish()
        #expect([3, 5].contains(end.code), "\(end)")
        #expect(end.errors.contains("No space left on device"), "\(end)")
        #expect(end.errors.contains("run --host box --resume \(live.id)"), "\(end)")
        disk.empty()
        let gone = try await eventually { !(try project.runDirectory(live.id).isSupervised()) }
        #expect(gone)
        let resumed = try await project.slt("run", "--resume", live.id)
        #expect(resumed.code == 0, "\(resumed)")
        #expect(resumed.text.contains("all 40 files passed"), "\(resumed)")
        _ = try project.records(live.id, count: 40)
    }
}
