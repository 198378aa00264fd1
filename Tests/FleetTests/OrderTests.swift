import Fleet
import TestSupport
import Testing

@Suite struct OrderTests {
    @Test("what failed last comes first, then what is new, then what passed, the longest expected first")
    func history() async throws {
        let fleet = try FleetFixture()
        // So long that none of the others takes as long, on a busy machine either.
        try fleet.toys(["long.toy": "sleep 12", "short.toy": "pass and more text to be the larger file", "bad.toy": "fail", "badly.toy": "sleep 2\nfail"])
        _ = try fleet.make(id: "run-1")
        _ = try await fleet.run()
        // A run of one file says nothing of the others.
        _ = try fleet.make(globs: ["bad.toy"], id: "run-2")
        _ = try await fleet.run()
        try fleet.toys(["new.toy": "pass"])
        let directory = try fleet.make(id: "run-3", selection: Selection())
        #expect(try fleet.names(directory) == ["badly.toy", "bad.toy", "new.toy", "long.toy", "short.toy"])
        #expect(try fleet.names(fleet.make(id: "run-4", selection: Selection(order: .longest))).first == "long.toy")
        #expect(try fleet.names(fleet.make(id: "run-5", selection: Selection(order: .name))) == ["bad.toy", "badly.toy", "long.toy", "new.toy", "short.toy"])
        let failed = try fleet.make(block: [BlockedFile(path: "long.toy", reason: "slow")], id: "run-6", selection: Selection(failedOnly: true))
        #expect(try fleet.names(failed) == ["badly.toy", "bad.toy", "long.toy"])
    }

    @Test("a seed gives the same shuffle, another one a different one")
    func random() throws {
        let files = (0..<50).map { SuiteFile(name: Array("f\($0)".utf8), size: $0) }
        let order = { (seed: UInt64) in try Suite(files: files).selecting(Selection(order: .random), history: SuiteHistory(), seed: seed).files.map(\.text) }
        #expect(try order(1) == order(1))
        #expect(try order(1) != order(2))
        #expect(try Set(order(3)).count == 50)
    }

    @Test("shards split a suite without overlap, whatever the order of its files")
    func shards() throws {
        let files = (0..<20).map { SuiteFile(name: Array("f\($0)".utf8), size: $0, blockedReason: $0 == 3 ? "big" : nil) }
        var seen: [String] = []
        for number in 1...3 {
            let shard = try #require(Shard("\(number)/3"))
            let part = try Suite(files: files).selecting(Selection(shard: shard), history: SuiteHistory(), seed: 0).files.map(\.text)
            #expect(try Set(part) == Set(Suite(files: files.reversed()).selecting(Selection(shard: shard), history: SuiteHistory(), seed: 9).files.map(\.text)))
            seen += part
        }
        #expect(seen.count == 20)
        #expect(Set(seen).count == 20)
        for text in ["0/3", "4/3", "1/0", "1", "1/2/3", "-1/2", "a/b", ""] { #expect(Shard(text) == nil) }
    }

    @Test("a selection that leaves nothing to run says why")
    func nothing() throws {
        let suite = Suite(files: [SuiteFile(name: Array("a".utf8), size: 1)])
        for (selection, word) in [(Selection(failedOnly: true), "ask for all files"), (Selection(filters: ["b"]), "filter"), (Selection(shard: Shard("2/2")), "shard 2/2")] {
            #expect { try suite.selecting(selection, history: SuiteHistory(), seed: 0) } throws: {
                ($0 as? FleetError)?.code == .noFiles && "\($0)".contains(word)
            }
        }
    }
}

extension FleetFixture {
    /// The files of a run in claim order.
    func names(_ directory: RunDirectory) throws -> [String] {
        var names: [String] = []
        try directory.manifest().forEach { _, file in names.append(file.text) }
        return names
    }
}
