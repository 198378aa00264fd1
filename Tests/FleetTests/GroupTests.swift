import Fleet
import Glibc
import TestSupport
import Testing

@Suite("files that exclude each other") struct GroupTests {
    /// A file that fails where as many as `seats` others of its group run.
    private static func exclusive(_ group: String, seats: Int = 1, seconds: Double = 0.02) -> String {
        "for seat in $(seq \(seats)); do exec 9> \(group).$seat.lock; flock -n 9 && { sleep \(seconds); exit 0; }; done; exit 3\n"
    }

    private static let engine = EngineSpec(kind: .command, command: ["/bin/sh", "{file}"], directory: .workspace)

    private func fleet(_ files: [String: String], _ groups: [FileGroup], workers: Int = 8) throws -> FleetFixture {
        let fleet = try FleetFixture()
        try fleet.toys(files)
        _ = try fleet.make(workers: workers, attempts: 20, engine: Self.engine, globs: ["**/*.sh"]) { $0.groups = groups }
        return fleet
    }

    private func failing(_ fleet: FleetFixture) -> Comment { "\(((try? fleet.records()) ?? []).filter { $0.outcome != .pass })" }

    private func files(_ folder: String, _ count: Int, _ text: String) -> [(String, String)] { (0..<count).map { ("\(folder)/\($0).sh", text) } }

    @Test("run one at a time, or as many as the group says, beside all others", arguments: [1, 2])
    func most(_ seats: Int) async throws {
        let fleet = try fleet(Dictionary(uniqueKeysWithValues: files("catalog", 30, Self.exclusive("catalog", seats: seats)) + files("free", 30, "exit 0\n")),
                              [FileGroup(files: ["catalog/**"], max: seats)])
        let summary = try await fleet.run()
        #expect(summary.outcomes == [.pass: 60], failing(fleet))
        #expect(try fleet.finished() == Array(0..<60))
        try fleet.expectTidy()
    }

    @Test("exclude each other without a group too many")
    func control() async throws {
        let fleet = try fleet(Dictionary(uniqueKeysWithValues: files("catalog", 8, Self.exclusive("catalog", seconds: 2))), [])
        // Else the tests above show nothing.
        let failed = try await fleet.run().outcomes[.fail] ?? 0
        #expect(failed > 0)
    }

    @Test("a file of two groups needs a seat in each")
    func two() async throws {
        let both = "exec 8> a.1.lock; flock -n 8 || exit 4; " + Self.exclusive("b")
        let fleet = try fleet(Dictionary(uniqueKeysWithValues: files("a", 10, Self.exclusive("a")) + files("b", 10, Self.exclusive("b")) + files("ab", 10, both)),
                              [FileGroup(files: ["a/**", "ab/**"], max: 1), FileGroup(files: ["b/**", "ab/*.sh"], max: 1)])
        let summary = try await fleet.run()
        #expect(summary.outcomes == [.pass: 30], failing(fleet))
        #expect(try fleet.finished() == Array(0..<30))
    }

    @Test("in a queue that starts over, a round waits for those that wait")
    func soak() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(Dictionary(uniqueKeysWithValues: files("catalog", 6, Self.exclusive("catalog")) + files("free", 2, "exit 0\n")))
        let directory = try fleet.make(workers: 4, attempts: 20, engine: Self.engine, globs: ["**/*.sh"]) {
            $0.groups = [FileGroup(files: ["catalog/**"], max: 1)]
            ($0.mode, $0.rounds) = (.soak, 3)
        }
        let summary = try await fleet.run()
        #expect(summary.end == .drained && summary.iterations == 3)
        #expect(try fleet.events().count { $0.kind == .fileFinished && $0.record?.outcome == .pass } == 24)
        #expect(try directory.status().outcomes[.fail] == nil)
    }

    /// A file that does not end before there is a file `go`.
    private static let gated = "while [ ! -e go ]; do sleep 0.02; done\n"

    @Test("a seat is free when its worker is killed, and no file is lost")
    func killed() async throws {
        let fleet = try fleet(Dictionary(uniqueKeysWithValues: files("catalog", 12, Self.gated) + files("free", 12, "exit 0\n")), [FileGroup(files: ["catalog/**"], max: 1)], workers: 4)
        let directory = try #require(fleet.directory)
        try fleet.launch()
        var killed: Set<Int32> = []
        for _ in 0..<4 {
            var running: [Int32] = []
            let found = try await eventually {
                running = try directory.status().workers.filter { $0.file?.hasPrefix("catalog/") == true && $0.state == .running }.map(\.pid)
                return running.contains { !killed.contains($0) }
            }
            #expect(found)
            #expect(running.count { !killed.contains($0) } == 1)
            for pid in running where killed.insert(pid).inserted { kill(pid, SIGKILL) }
        }
        try fleet.toys(["go": ""])
        let summary = try await fleet.summary()
        #expect(summary.outcomes == [.pass: 24], failing(fleet))
        #expect(try fleet.finished() == Array(0..<24))
    }

    @Test("a run whose supervisor was killed goes on with those that wait")
    func resumed() async throws {
        let fleet = try fleet(Dictionary(uniqueKeysWithValues: files("catalog", 12, Self.gated)), [FileGroup(files: ["catalog/**"], max: 1)], workers: 4)
        let directory = try #require(fleet.directory)
        let supervisor = try fleet.launch()
        // All but one wait, and are told as queued.
        #expect(try await eventually { try directory.status().running == 1 && directory.status().queued == 11 })
        kill(supervisor, SIGKILL)
        _ = try await eventually { try !directory.isSupervised() }
        try fleet.toys(["go": ""])
        let summary = try await fleet.run()
        #expect(summary.outcomes == [.pass: 12])
        #expect(try fleet.records().allSatisfy { $0.outcome == .pass })
    }

    @Test("a group of nothing, or for nobody, is refused", arguments: [FileGroup(files: [], max: 1), FileGroup(files: ["a"], max: 0), FileGroup(files: ["a["], max: 1)])
    func bad(_ group: FileGroup) throws {
        #expect(throws: FleetError.self) { try fleet(["a.sh": "exit 0"], [group]) }
    }
}
