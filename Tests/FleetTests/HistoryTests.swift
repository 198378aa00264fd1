import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct HistoryTests {
    private func failed(_ fleet: FleetFixture) throws -> [String] {
        let history = try SuiteHistory.load(state: fleet.state, workspace: fleet.workspace)
        return try Suite.discover(workspace: fleet.workspace, globs: ["*.toy"]).files.filter { history.failedLast($0) }.map(\.text)
    }

    @Test("what a file came to is known however many runs of other files there were since, also when the history has to be made again")
    func manyRuns() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["bad.toy": "fail", "good.toy": "pass"])
        _ = try fleet.make(workers: 1, id: "run-100")
        _ = try await fleet.run()
        for number in 101..<124 {
            _ = try fleet.make(workers: 1, globs: ["good.toy"], id: "run-\(number)")
            _ = try await fleet.run()
        }
        #expect(try failed(fleet) == ["bad.toy"])
        let history = fleet.state + "/history"
        #expect(try FileManager.default.contentsOfDirectory(atPath: history).count == 1)
        try FileManager.default.removeItem(atPath: history)
        #expect(try failed(fleet) == ["bad.toy"])
        // It was made again, and holds what the runs said after they have gone.
        try FileManager.default.removeItem(atPath: fleet.state + "/runs")
        #expect(try failed(fleet) == ["bad.toy"])
        try fleet.toys(["bad.toy": "pass"])
        _ = try fleet.make(workers: 1, globs: ["bad.toy"], id: "run-200")
        _ = try await fleet.run()
        #expect(try failed(fleet) == [])
    }

    @Test("what was taken in from runs that ended without the history stays known when they have gone")
    func takenIn() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "pass", "b.toy": "pass"])
        _ = try fleet.make(workers: 1, id: "run-100")
        _ = try await fleet.run()
        let folder = fleet.state + "/history"
        let file = folder + "/" + (try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first))
        let before = try #require(FileManager.default.contents(atPath: file))
        try fleet.toys(["b.toy": "fail"])
        _ = try fleet.make(workers: 1, id: "run-101")
        _ = try await fleet.run()
        // As a supervisor leaves it that is killed before it notes its run.
        try before.write(to: URL(filePath: file))
        #expect(try failed(fleet) == ["b.toy"])
        try FileManager.default.removeItem(atPath: fleet.state + "/runs")
        #expect(try failed(fleet) == ["b.toy"])
    }

    @Test("a history that is damaged, cut short or of another folder is made again", arguments: ["", "slt-history 1\n", "slt-history 1\nrun-9\n/elsewhere\n", "slt-history 7\n"])
    func damaged(_ text: String) async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["bad.toy": "fail"])
        _ = try fleet.make()
        _ = try await fleet.run()
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: fleet.state + "/history").first)
        try Data(text.utf8).write(to: URL(filePath: "\(fleet.state)/history/\(name)"))
        #expect(try failed(fleet) == ["bad.toy"])
    }
}
