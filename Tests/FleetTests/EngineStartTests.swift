import Fleet
import Glibc
import TestSupport
import Testing

@Suite struct EngineStartTests {
    @Test("an engine that has gone ends the run at once, fails no file and leaves no history")
    func gone() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "pass", "b.toy": "no-engine", "c.toy": "sleep 0.2", "d.toy": "pass", "e.toy": "until never"])
        let directory = try fleet.make(workers: 2, selection: Selection(order: .name))
        let summary = try await fleet.run()
        #expect(summary.end == .failed)
        #expect(summary.obstacle == .engine)
        #expect(summary.error == "cannot start the engine: it is out for lunch")
        #expect(summary.outcomes[.fail] == nil, "\(summary)")
        #expect(summary.outcomes[.crashed] == nil, "\(summary)")
        #expect(summary.outcomes[.untested] ?? 0 >= 2, "\(summary)")
        #expect(try fleet.record("b.toy").outcome == .untested)
        #expect(try fleet.record("b.toy").message == summary.error)
        let events = try fleet.events()
        #expect(events.count { $0.message == summary.error } == 1)
        #expect(!events.contains { $0.kind == .workerDied })
        #expect(try directory.status().obstacle == .engine)
        #expect(throws: FleetError.self) {
            try Suite.discover(workspace: fleet.workspace, globs: ["*.toy"]).selecting(
                Selection(failedOnly: true), history: SuiteHistory.load(state: fleet.state, workspace: fleet.workspace), seed: 0)
        }
        // It goes on with all that was not tested once the engine is there.
        try fleet.toys(["b.toy": "pass", "e.toy": "pass"])
        try fleet.launch()
        let second = try await fleet.summary()
        #expect(second.outcomes == [.pass: 5])
        #expect(second.obstacle == nil)
        #expect(try fleet.records().allSatisfy { $0.attempt == 1 })
        try fleet.expectTidy()
    }

    @Test("a program for each file that is missing, or no program, ends the run", arguments: ["/nonexistent/engine", "no-such-engine", "./data", "./crooked"])
    func missing(program: String) async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "", "b.toy": "", "data": "no program", "crooked": "#!/nonexistent/sh\n"])
        #expect(chmod(fleet.workspace + "/crooked", 0o755) == 0)
        _ = try fleet.make(engine: EngineSpec(kind: .command, command: [program, "{file}"]))
        let summary = try await fleet.run()
        #expect(summary.outcomes == [.untested: 2])
        #expect(summary.obstacle == .engine)
        #expect(summary.error?.hasPrefix("cannot start the engine's program ") == true, "\(summary)")
        #expect(summary.error?.hasSuffix("; check engine.command") == true, "\(summary)")
    }

    @Test("where the file is the program, one that cannot be started is that file's failure")
    func ownProgram() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "#!/bin/sh\nexit 0\n", "b.toy": "#!/bin/sh\n"])
        #expect(chmod(fleet.workspace + "/a.toy", 0o755) == 0)
        _ = try fleet.make(engine: EngineSpec(kind: .command, command: ["{file}"]))
        let summary = try await fleet.run()
        #expect(summary.outcomes == [.pass: 1, .fail: 1])
        #expect(summary.obstacle == nil)
    }

    @Test("a name in braces that is not a placeholder is refused before a run is made", arguments: [
        (["cat", "{fiel}"], "{fiel}"), (["cat", "--in={FILE}"], "{FILE}"), (["sh", "-c", "cat {flie}"], "{flie}"), (["cat", "{path}"], "{path}"),
        (["awk", "{ print }", "{file}"], nil), (["sh", "-c", "x() { :; }; cat ${file} {file} {a,b}"], nil), (["awk", "/x/ {print}", "{file}"], nil),
        (["cat", "{results}", "{workspace}/x", "${file}", "{}"], nil),
    ] as [([String], String?)])
    func placeholders(command: [String], name: String?) throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": ""])
        let engine = EngineSpec(kind: .command, command: command)
        guard let name else {
            _ = try fleet.make(engine: engine)
            return
        }
        let error = try #require(throws: FleetError.self) { try fleet.make(engine: engine) }
        #expect(error.code == .invalid)
        #expect(error.message.contains("'\(name)'"))
    }
}
