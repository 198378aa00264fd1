@testable import Fleet
import FoundationEssentials
import Glibc
import Platform
import TestSupport
import Testing

@Suite("parts of files") struct PartTests {
    // MARK: Which files

    private func history(_ seconds: [String: Double]) -> SuiteHistory {
        SuiteHistory().completed(with: SuiteExpectations(lastRun: "", files: seconds.map { .init(file: $0.key, seconds: $0.value, failed: nil) }))
    }

    private func parts(_ rule: SplitRule, _ seconds: [String: Double], workers: Int = 4, sizes: [String: Int] = [:], groups: [FileGroup] = []) throws -> [String: Int] {
        let files = Set(seconds.keys).union(sizes.keys).sorted().map { SuiteFile(name: Array($0.utf8), size: sizes[$0] ?? 1) }
        let divided = try Suite(files: files).divided(rule, workers: workers, history: history(seconds), groups: groups)
        return Dictionary(uniqueKeysWithValues: divided.files.map { ($0.text, $0.parts) }).filter { $0.value > 0 }
    }

    @Test("a file of more than a worker's share is cut so that no part has more")
    func shares() throws {
        #expect(try parts(.auto, ["long": 60, "a": 20, "b": 20], workers: 4) == ["long": 3])
        #expect(try parts(.auto, ["long": 60, "a": 40], workers: 2) == ["long": 2])
        #expect(try parts(.auto, ["long": 1000, "a": 1], workers: 4) == ["long": 4])
        #expect(try parts(.auto, ["a": 30, "b": 30, "c": 30], workers: 3) == [:])
        #expect(try parts(.auto, ["a": 0.5, "b": 0.1], workers: 4) == [:])
    }

    @Test("a file whose time nobody knows is not cut, and counts by its size")
    func unknown() throws {
        #expect(try parts(.auto, ["known": 10], workers: 2, sizes: ["known": 100, "new": 1000]) == [:])
        #expect(try parts(.auto, ["known": 10], workers: 2, sizes: ["known": 1000, "new": 10]) == ["known": 2])
        #expect(try parts(.parts(3), ["known": 10], workers: 2, sizes: ["new": 10]) == ["known": 3, "new": 3])
        #expect(try parts(.off, ["long": 60, "a": 1], workers: 4) == [:])
    }

    @Test("files that exclude each other are not cut")
    func groups() throws {
        #expect(try parts(.auto, ["x/long": 60, "a": 1], groups: [FileGroup(files: ["x/*"], max: 1)]) == [:])
    }

    @Test("the manifest has how many parts a file has and what it is expected to take, and those of older releases have none")
    func manifest() throws {
        let folder = try TemporaryFolder()
        var long = SuiteFile(name: Array("long".utf8), size: 7)
        (long.parts, long.expected) = (3, 12.5)
        let path = Path(folder.file("manifest"))
        try path.replace(with: Manifest.encode([long, SuiteFile(name: Array("short".utf8), size: 1)]))
        let manifest = try Manifest(path)
        #expect(manifest.divided == 1)
        #expect(try manifest.entry(0) == long)
        #expect(try manifest.entry(1).parts == 0)
    }

    @Test("rules are written as words", arguments: ["auto", "off", "2", "1024"])
    func words(word: String) throws {
        let rule = try #require(SplitRule(word))
        #expect(rule.word == word)
        #expect(try JSONDecoder().decode([SplitRule].self, from: JSONEncoder().encode([rule])) == [rule])
    }

    @Test("what is no rule is none", arguments: ["", "1", "0", "-2", "1025", "on"])
    func noRule(word: String) { #expect(SplitRule(word) == nil) }

    // MARK: Their queue

    private struct Place {
        let folder: TemporaryFolder
        let layout: RunLayout
        var spec: RunSpec

        init() throws {
            folder = try TemporaryFolder()
            layout = RunLayout(root: Path(folder.path))
            for folder in layout.folders { try folder.makeFolder() }
            spec = RunSpec(id: "r", workspace: "/w", workers: 1, timeBudget: 1, fileTimeout: 1, engine: EngineSpec(kind: .sqlite), startedBy: "t")
        }

        /// A process of this machine that lives, or one that does not.
        func owner(alive: Bool = true) -> ClaimOwner {
            var process = ProcessIdentity.current
            if !alive { process.startTime &+= 1 }
            return ClaimOwner(process: process, worker: 0)
        }

        func make(_ blocks: [Int] = [2, 4], alive: Bool = true, size: Int = 1) throws -> PartFolder {
            try PartFolder.make(5, FileDivision(blocks: blocks, size: size, modified: 1), layout, owner(alive: alive), spec)
        }
    }

    private func record(_ text: String) -> PartRecord { PartRecord(.init(worker: 1, seconds: 0.5, cpu: 0.25), found: Array(text.utf8)) }

    @Test("each part is claimed by one, published once, and read back in order")
    func once() throws {
        let place = try Place()
        let one = try place.make(), other = try #require(PartFolder.open(5, place.layout, place.owner(), place.spec))
        #expect(one.hasOpen())
        let second = try #require(try one.claim(1)), first = try #require(try other.claim(0))
        #expect(try one.claim(0) == nil)
        #expect(try other.claim(1) == nil)
        #expect(!one.hasOpen())
        try one.publish(record("b"), second)
        #expect(!one.isFinished)
        try other.publish(record("a"), first)
        #expect(one.isFinished)
        #expect(try one.claim(0) == nil)
        let found = try #require(one.records())
        #expect(found.map { String(decoding: $0.found, as: UTF8.self) } == ["a", "b"])
        #expect(found[0].head.cpu == 0.25)
    }

    @Test("a part whose owner is dead is taken over, and one that was lost too often is told")
    func lost() throws {
        let place = try Place()
        let dead = try place.make(alive: false)
        #expect(try dead.claim(0) != nil)
        let folder = try place.make()
        #expect(try !folder.look())
        #expect(folder.hasOpen())
        #expect(try folder.claim(0)?.tryNumber == 2)
        // The second try is lost as well.
        let again = try Place()
        var owners = try again.make(alive: false)
        #expect(try owners.claim(0) != nil)
        #expect(try !owners.look())
        #expect(try owners.claim(0)?.tryNumber == 2)
        owners = try again.make()
        #expect(try owners.look())
        #expect(try owners.claim(0) == nil)
    }

    @Test("a claim that was given back counts as no try")
    func givenBack() throws {
        let place = try Place()
        let folder = try place.make()
        try #require(try folder.claim(0)).release()
        #expect(try !folder.look())
        #expect(try folder.claim(0)?.tryNumber == 1)
    }

    @Test("the next coordinator goes on with what is finished of the same plan, and begins anew with another")
    func reuse() throws {
        let place = try Place()
        let folder = try place.make()
        try folder.publish(record("a"), try #require(try folder.claim(0)))
        #expect(try place.make().claim(0) == nil)
        #expect(try place.make([3, 4]).claim(0) != nil)
        #expect(try place.make(size: 2).claim(0) != nil)
    }

    @Test("a file that is run as one, or that has its record, wants no parts")
    func unwanted() throws {
        let place = try Place()
        let folder = try place.make()
        #expect(folder.isWanted)
        try place.layout.resultShard(5).makeFolder()
        try place.layout.result(5).replace(with: [])
        #expect(!folder.isWanted)
        place.layout.result(5).unlink()
        folder.giveUp()
        #expect(!folder.isWanted)
        #expect(PartFolder.open(5, place.layout, place.owner(), place.spec) == nil)
    }

    @Test("what one worker would have taken is remembered of a file that several ran")
    func remembered() throws {
        let folder = try TemporaryFolder()
        var record = FileRecord(id: 0, file: "long", outcome: .pass, tests: 1, duration: 3, cpu: 5.5, worker: 0, finishedAt: 1)
        record.parts = FileParts(count: 8, workers: 2, seconds: 6)
        let other = FileRecord(id: 1, file: "short", outcome: .pass, tests: 1, duration: 2, cpu: 1.9, worker: 0, finishedAt: 1)
        let path = Path(folder.file("records.jsonl"))
        try path.replace(with: record.json + [0x0A] + other.json + [0x0A])
        var history = SuiteHistory()
        _ = try history.add(recordsAt: path)
        #expect(history[SuiteFile(name: Array("long".utf8), size: 0)]?.duration == 6)
        #expect(history[SuiteFile(name: Array("short".utf8), size: 0)]?.duration == 2)
    }
}
