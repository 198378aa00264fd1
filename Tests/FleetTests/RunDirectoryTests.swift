@testable import Fleet
import FoundationEssentials
import Glibc
import Platform
import TestSupport
import Testing

@Suite struct RunDirectoryTests {
    private func spec(_ id: String, workers: Int = 2) -> RunSpec {
        RunSpec(id: id, workspace: "/tmp", workers: workers, timeBudget: 10, fileTimeout: 5, engine: EngineSpec(kind: .sqlite), startedBy: "tests")
    }

    private let some = Fleet.Suite(files: [SuiteFile(name: Array("a".utf8), size: 1)])

    @Test("a run is made whole, opened, listed, and not made twice")
    func creation() throws {
        let folder = try TemporaryFolder()
        let state = folder.file("state")
        #expect(try RunDirectory.list(state: state) == [])
        let made = try RunDirectory.create(state: state, spec: spec("20260101-a"), suite: some)
        #expect(try RunDirectory.open(state: state, id: "20260101-a").spec == made.spec)
        _ = try RunDirectory.create(state: state, spec: spec("20260102-b"), suite: some)
        #expect(try RunDirectory.list(state: state) == ["20260101-a", "20260102-b"])
        #expect { try RunDirectory.create(state: state, spec: spec("20260101-a"), suite: some) } throws: { ($0 as? FleetError)?.code == .runExists }
        #expect { try RunDirectory.open(state: state, id: "20260103-c") } throws: { ($0 as? FleetError)?.code == .noSuchRun }
        #expect(try FileManager.default.contentsOfDirectory(atPath: state + "/runs").count == 2)
    }

    @Test("names sort by the time at which they were made, also within a second and beside those of older releases")
    func names() {
        let made = (0..<2000).map { _ in RunDirectory.newID() }
        #expect(made == made.sorted())
        #expect(Set(made).count == made.count)
        #expect(made.allSatisfy { RunSpec.isValid(id: $0) })
        let moment: UInt64 = 1_764_354_600_000_000
        let names = [moment - 1, moment, moment + 1, moment + 99_999, moment + 999_999, moment + 1_000_000].map { RunDirectory.id(microseconds: $0) }
        #expect(names == names.sorted())
        #expect(names[1].hasPrefix("20251128-183000.000000-"))
        #expect(["20251128-183000-zzzz", "20251128-182959-aaaa", names[0], names[1], names[5]].sorted()
            == ["20251128-182959-aaaa", names[0], "20251128-183000-zzzz", names[1], names[5]])
    }

    @Test("a run is found by its workspace, under any spelling of it, and others are named")
    func findsByWorkspace() throws {
        let folder = try TemporaryFolder()
        let state = folder.file("state")
        for name in ["a", "b"] { try folder.write("", to: "\(name)/file") }
        for (id, workspace) in [("r1", folder.file("a")), ("r2", folder.file("b")), ("r3", folder.file("gone"))] {
            var spec = spec(id)
            spec.workspace = workspace
            _ = try RunDirectory.create(state: state, spec: spec, suite: some)
        }
        try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: folder.file("a"))
        for (workspace, id) in [("a", "r1"), ("./a", "r1"), ("link", "r1"), ("link/.", "r1"), ("a//", "r1"), ("b", "r2"), ("gone", "r3"), ("link/../gone", "r3")] {
            #expect(try RunDirectory.find(state: state, RunChoice(name: nil, workspace: folder.file(workspace))).spec.id == id, "\(workspace)")
        }
        #expect(try RunDirectory.find(state: state, .any).spec.id == "r3")
        #expect(try RunDirectory.find(state: state, .named("r1")).spec.id == "r1")
        #expect { try RunDirectory.find(state: state, RunChoice(name: nil, workspace: folder.file("c"))) } throws: {
            guard let error = $0 as? FleetError else { return false }
            return error.code == .noSuchRun && error.message.contains("run r3 (project gone, tests)") && error.remedy == .startOrNameRun
        }
    }

    @Test("a specification that cannot be run is refused", arguments: ["../x", ".x", "", "a b", "a/b", "-x"])
    func badIds(_ id: String) throws {
        let folder = try TemporaryFolder()
        #expect { try RunDirectory.create(state: folder.path, spec: spec(id), suite: some) } throws: { ($0 as? FleetError)?.code == .invalid }
        #expect { try RunDirectory.create(state: folder.path, spec: spec("x", workers: 0), suite: some) } throws: { ($0 as? FleetError)?.code == .invalid }
        #expect { try RunDirectory.create(state: folder.path, spec: spec("x"), suite: Fleet.Suite(files: [])) } throws: { ($0 as? FleetError)?.code == .noFiles }
    }

    @Test("the manifest keeps every name and size, blocked files last, one by one and all at once")
    func manifest() throws {
        let folder = try TemporaryFolder()
        var files: [SuiteFile] = []
        for number in 0..<5000 {
            files.append(SuiteFile(name: Array("dir/\(number)\n".utf8) + [0xFF, UInt8(number % 255 + 1)], size: number << 33,
                                   blockedReason: number % 100 == 7 ? "reason \(number)" : nil))
        }
        let path = Path(folder.file("manifest"))
        try path.replace(with: Manifest.encode(files))
        let manifest = try Manifest(path)
        let wanted = files.filter { $0.blockedReason == nil } + files.filter { $0.blockedReason != nil }
        #expect(manifest.count == 5000)
        #expect(manifest.runnable == 4950)
        var all: [SuiteFile] = []
        try manifest.forEach { id, file in
            #expect(id == all.count)
            all.append(file)
        }
        #expect(all == wanted)
        for id in [0, 1, 4095, 4096, 4949, 4950, 4999] { #expect(try manifest.entry(id) == wanted[id]) }
        #expect(throws: FleetError.self) { try manifest.entry(5000) }
        #expect(throws: FleetError.self) { try manifest.entry(-1) }
    }

    @Test("a damaged manifest is an error at every byte, never a crash")
    func damage() throws {
        let folder = try TemporaryFolder()
        let path = Path(folder.file("manifest"))
        let good = try Manifest.encode([SuiteFile(name: Array("a.test".utf8), size: 1), SuiteFile(name: Array("b".utf8), size: 2, blockedReason: "no")])
        for index in 0..<good.count {
            var bytes = good
            bytes[index] ^= 0xFF
            try path.replace(with: bytes)
            // Some bytes are free to differ (sizes, names); what counts is that reading ends.
            if let manifest = try? Manifest(path) {
                _ = try? manifest.entry(0)
                try? manifest.forEach { _, _ in }
            }
            try path.replace(with: Array(good.prefix(index)))
            #expect(throws: FleetError.self) { try Manifest(path) }
        }
    }

    @Test("a record survives its own JSON, whatever is in its texts")
    func json() throws {
        let odd = "quote \" backslash \\ newline \n tab \t bell \u{7} é 🦆 \u{2028}"
        let record = FileRecord(id: 7, file: odd, outcome: .outOfMemory, tests: 3, skipped: 2, errors: 1, duration: 1.5, cpu: 0.25, attempt: 2,
                                worker: 3, finishedAt: 1_795_000_000.125, message: odd,
                                failures: [RecordFailure(line: 9, message: odd, sql: odd, expected: odd, actual: odd)], output: odd)
        #expect(try JSONDecoder().decode(FileRecord.self, from: Data(record.json)) == record)
        let head = try #require(RecordHead(line: record.json))
        #expect(head.id == 7)
        #expect(head.tally.outcomes == [.outOfMemory: 1])
        #expect(head.tally.tests == 3)
        #expect(head.tally.errors == 1)
        #expect(RecordHead(line: Array(record.json.prefix(40))) == nil)
    }

    @Test("long texts are cut between characters")
    func bounds() {
        var record = FileRecord(id: 0, file: "f", outcome: .fail, finishedAt: 0, message: String(repeating: "é", count: 5000), output: String(repeating: "x", count: 1 << 20))
        record.failures = Array(repeating: RecordFailure(line: 1, message: "m"), count: 500)
        let bounded = record.bounded
        #expect(bounded.failures.count == FileRecord.failuresKept)
        #expect(bounded.message?.utf8.count == 1024)
        #expect(bounded.message?.contains("\u{FFFD}") == false)
        #expect(bounded.output?.utf8.count == 65536)
        #expect("aé".cut(toBytes: 2) == "a")
    }

    @Test("the counts of a publisher that was killed are right on both sides of the link")
    func banks() throws {
        let folder = try TemporaryFolder()
        let path = Path(folder.file("scoreboard"))
        try Scoreboard.create(path, workers: 1)
        let slot = try Scoreboard(path).worker(0)
        let record = FileRecord(id: 4, file: "f", outcome: .pass, tests: 10, finishedAt: 0)
        slot.prepare(record, position: record.id)
        #expect(slot.pending == 4)
        #expect(slot.tally.files == 0)
        slot.commit()
        #expect(slot.pending == nil)
        #expect(slot.tally.outcomes == [.pass: 1])
        #expect(slot.tally.tests == 10)
        slot.prepare(record, position: record.id)
        slot.abort()
        #expect(slot.tally.tests == 10)
        slot.prepare(record, position: record.id)
        slot.commit()
        #expect(slot.tally.outcomes == [.pass: 2])
    }

    @Test("the host is measured without a run")
    func host() async throws {
        let sample = try await HostSampler.measure(over: 0.05)
        #expect(sample.cores.count == sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        #expect(sample.cores.allSatisfy { (0...1).contains($0) })
        #expect(sample.load.count == 3)
        #expect(sample.processes > 1)
        #expect(sample.memoryTotal > sample.memoryAvailable)
        #expect(sample.memoryAvailable > 0)
    }

    @Test("a process is alive only with its own start time")
    func identity() throws {
        let own = ProcessIdentity.current
        #expect(own.life == .alive)
        #expect(!ProcessIdentity.isAlive(pid: own.pid, startTime: own.startTime + 1))
        var other = own
        other.host = "elsewhere"
        #expect(other.life == .unknown)
        other = own
        other.boot = "before"
        #expect(other.life == .dead)
        let owner = ClaimOwner(process: own, worker: 3)
        #expect(ClaimOwner(line: owner.line) == owner)
        #expect(ClaimOwner(line: owner.line.dropLast()) == nil)
    }

    @Test("what a killed process had begun to make is removed when the next run is made, and what is being made now stays")
    func unfinished() throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "pass"])
        let runs = Path(RunDirectory.runsFolder(state: fleet.state))
        let own = UnfinishedRun.folder(of: "mine", in: runs).text
        let start = "-\(ProcessIdentity.current.startTime)"
        let lost = own.dropLast(start.utf8.count) + "-1"
        for folder in [own, String(lost), runs.text + "/.new-of-another-host-7-1"] {
            try FileManager.default.createDirectory(atPath: folder + "/results", withIntermediateDirectories: true)
        }
        _ = try fleet.make(id: "next")
        #expect(try Set(FileManager.default.contentsOfDirectory(atPath: runs.text)) == ["next", Path(own).name, ".new-of-another-host-7-1"])
    }
}

extension Path {
    fileprivate var name: String { text.split(separator: "/").last.map(String.init) ?? "" }
}
