import Fleet
import Foundation
import Glibc
import TestSupport
import Testing

/// One run over several hosts without a common disk.
@Suite("a run over several hosts") struct SharedRunTests {
    /// A project with two hosts, `box` and `other`, each with a server, a home folder and a state folder of its own.
    private final class Two: Sendable {
        let project: Project
        let other: PrivateSSHServer
        private let place: TemporaryFolder

        var workspace: String { place.file("home/work") }
        var state: String { place.file("home/state") }
        var results: String { project.home + "/.local/share/slt-remote/results/box_other" }

        init(_ files: [String: String], _ settings: String) async throws {
            place = try TemporaryFolder()
            try FileManager.default.createDirectory(atPath: place.file("home"), withIntermediateDirectories: true)
            var options = PrivateSSHServer.Options()
            options.environment["HOME"] = place.file("home")
            other = try PrivateSSHServer(options)
            project = try await Project(files: files, settings + """

                [hosts.other]
                ssh = "\(other.alias)"
                ssh-config = "\(other.configFile)"
                workspace = "~/work"
                state = "\(place.file("home/state"))"

                """)
        }

        deinit { for pid in processes(naming: place.path) { Glibc.kill(pid, SIGKILL) } }

        func slt(_ arguments: String...) async throws -> RunningProgram.Finished { try await project.start(arguments).finish() }

        func start(_ arguments: String...) throws -> RunningProgram { try project.start(arguments) }

        /// All that runs there is gone, and nobody listens any more.
        func killOther() {
            other.stop()
            for pid in processes(naming: place.path) { Glibc.kill(pid, SIGKILL) }
        }

        /// Lets the files of ``Gate`` end there.
        func openOther() throws { try Data().write(to: URL(filePath: workspace + "/open")) }

        func waiting(in workspace: String) -> Int { processes(naming: workspace + "/wait.sh").count }

        /// Waits until both hosts are at work.
        func areAtWork(_ client: RunningProgram) async throws {
            let both = try await eventually { self.waiting(in: self.workspace) > 0 && self.waiting(in: self.project.workspace) > 0 }
            #expect(both, "\(client.errors)")
        }
    }

    private static let settings = "[suite]\nfiles = [\"tests/**\"]\n[run]\nworkers = 2\nhosts = [\"box\", \"other\"]\n"
    private static let gate = Gate.settings() + "\nhosts = [\"box\", \"other\"]\n"

    @Test("each file has one record with the host that had it, and what fails is found as on one host")
    func whole() async throws {
        let two = try await Two([:], Self.settings)
        let planted = Set(try await two.project.generate(files: 40, failures: 3))
        let end = try await two.slt("run", "--json")
        #expect(end.code == 1, "\(end)")
        let result = try two.project.decode(RunResult.self, end)
        #expect(result.status.total == 40 && result.status.phase == .finished && result.status.done == 40)
        let records = try two.project.records(result.status.id, count: 40, in: two.results)
        #expect(Set(records.compactMap(\.host)) == ["box", "other"])
        #expect(Set(records.flatMap { record in record.failures.map { "\(record.file):\($0.line)" } }) == planted)
        // The results are a run's as any other.
        let report = try await two.slt("report", result.status.id)
        #expect(report.code == 0 && report.text.contains("40 files"), "\(report)")
        let single = try await two.slt("run", "--host", "box", "--json")
        let alone = try two.project.decode(RunResult.self, single)
        #expect(alone.status.outcomes == result.status.outcomes && alone.status.tests == result.status.tests, "\(single)")
        // And one of the whole suite in its history.
        let compared = try await two.slt("compare", result.status.id, alone.status.id)
        #expect(compared.code == 0, "\(compared)")
    }

    @Test("a host that dies has its unfinished files dealt to the other")
    func death() async throws {
        let two = try await Two(Gate.files(12), Self.gate)
        let client = try two.start("run", "--json")
        try await two.areAtWork(client)
        two.killOther()
        try await two.project.hasSaid(client, "other has no part in the run any more")
        try two.project.openGate()
        let end = try await client.finish()
        #expect(end.code == 0, "\(end)")
        let result = try two.project.decode(RunResult.self, end)
        let records = try two.project.records(result.status.id, count: 12, in: two.results)
        #expect(records.allSatisfy { $0.outcome == .pass && $0.host == "box" })
    }

    @Test("what the slow host has not claimed goes to the idle one")
    func relief() async throws {
        let two = try await Two(Gate.files(12), Self.gate)
        let client = try two.start("run", "--json")
        try await two.areAtWork(client)
        try two.project.openGate()
        try await two.project.hasSaid(client, "moved from other to box")
        try two.openOther()
        let end = try await client.finish()
        #expect(end.code == 0, "\(end)")
        let result = try two.project.decode(RunResult.self, end)
        let records = try two.project.records(result.status.id, count: 12, in: two.results)
        #expect(records.allSatisfy { $0.outcome == .pass } && Set(records.compactMap(\.host)) == ["box", "other"])
    }

    @Test("without a client the shares finish, and attach merges them")
    func left() async throws {
        let two = try await Two(Gate.files(8), Self.gate)
        let client = try two.start("run")
        try await two.areAtWork(client)
        let second = try await two.slt("attach")
        #expect(second.code == 3 && second.errors.contains("another client on this machine does"), "\(second)")
        client.signal(SIGINT)
        let left = try await client.finish()
        #expect(left.code == 130 && left.errors.contains("slt-remote attach"), "\(left)")
        let status = try await two.slt("status")
        #expect(status.code == 0 && status.text.contains("box") && status.text.contains("other"), "\(status)")
        try two.project.openGate()
        try two.openOther()
        let end = try await two.slt("attach", "--json")
        #expect(end.code == 0, "\(end)")
        let result = try two.project.decode(RunResult.self, end)
        #expect(try two.project.records(result.status.id, count: 8, in: two.results).allSatisfy { $0.outcome == .pass })
        let none = try await two.slt("attach")
        none.expect(code: 2, "there is no run over these hosts")
    }

    @Test("a detached run starts on each host and returns")
    func detached() async throws {
        let two = try await Two(Gate.files(8), Self.gate)
        let start = try await two.slt("run", "--detach")
        #expect(start.code == 0 && start.errors.contains("slt-remote attach"), "\(start)")
        let both = try await eventually { two.waiting(in: two.workspace) > 0 && two.waiting(in: two.project.workspace) > 0 }
        #expect(both)
        try two.project.openGate()
        try two.openOther()
        let end = try await two.slt("attach", "--json")
        #expect(end.code == 0, "\(end)")
        let result = try two.project.decode(RunResult.self, end)
        #expect(try two.project.records(result.status.id, count: 8, in: two.results).allSatisfy { $0.outcome == .pass })
    }

    @Test("stop ends all shares; files that were not run are untested, each once")
    func stopped() async throws {
        let two = try await Two(Gate.files(10), Self.gate)
        let client = try two.start("run", "--json")
        try await two.areAtWork(client)
        let stop = try await two.slt("stop", "--now")
        #expect(stop.code == 0 && stop.errors.contains("has ended"), "\(stop)")
        let end = try await client.finish()
        #expect(end.code == 5, "\(end)")
        let result = try two.project.decode(RunResult.self, end)
        #expect(result.status.outcomes == [.untested: 10] && result.status.end == .stopped)
        #expect(try two.project.records(result.status.id, count: 10, in: two.results).allSatisfy { $0.message?.contains("the run was stopped") == true })
        // It is gone on with, under the same name.
        try two.project.openGate()
        try two.openOther()
        let again = try await two.slt("run", "--resume", "--json")
        #expect(again.code == 0, "\(again)")
        let whole = try two.project.decode(RunResult.self, again)
        #expect(whole.status.id == result.status.id && whole.status.outcomes == [.pass: 10])
        _ = try two.project.records(result.status.id, count: 10, in: two.results)
        try await two.slt("run", "--resume").expect(code: 2, "every file has its record")
    }

    @Test("a host that cannot be reached, or does not build, has no part; without any there is no run")
    func absent() async throws {
        let two = try await Two(["tests/a.test": passingFile, "tests/b.test": passingFile], Self.settings + "[prepare]\ncommand = \"test ! -e ../broken\"\n")
        try FileManager.default.createDirectory(atPath: two.workspace + "/..", withIntermediateDirectories: true)
        try Data().write(to: URL(filePath: two.workspace + "/../broken"))
        let first = try await two.slt("run", "--json")
        #expect(first.code == 0 && first.errors.contains("other has no part in the run any more") && first.errors.contains("the build command failed"), "\(first)")
        two.killOther()
        let second = try await two.slt("run", "--json")
        #expect(second.code == 0 && second.errors.contains("other has no part in the run any more"), "\(second)")
        two.project.server?.stop()
        let third = try await two.slt("run", "--json")
        third.expect(code: 3, "cannot")
        #expect((try FileManager.default.contentsOfDirectory(atPath: two.results)).filter { $0.hasPrefix(".") }.isEmpty)
    }

    @Test("of several ways to a host the first that answers is used; if none does, each says why")
    func ways() async throws {
        let project = try await Project(files: ["tests/a.test": passingFile], "[suite]\nfiles = [\"tests/*\"]\n")
        let server = try #require(project.server), port = try PrivateSSHServer.freePort()
        let settings = try String(contentsOfFile: project.source + "/slt-remote.toml", encoding: .utf8)
        let old = "ssh = \"\(server.alias)\""
        try #require(settings.contains(old))
        try project.write(settings.replacing(old, with: "ssh = [\"ssh://127.0.0.1:\(port)\", \"name.invalid\", \"\(server.alias)\"]"), to: "slt-remote.toml")
        let run = try await project.slt("run")
        #expect(run.code == 0, "\(run)")
        server.stop()
        let none = try await project.slt("status")
        none.expect(code: 3, "127.0.0.1", "name.invalid")
        try project.write(settings.replacing(old, with: "ssh = [\"\(server.alias)\", \"-oProxyCommand=x\"]"), to: "slt-remote.toml")
        try await project.slt("status").expect(code: 2, "must be what ssh accepts")
        try project.write(settings.replacing(old, with: "ssh = [\"\(server.alias)\", \"local\"]"), to: "slt-remote.toml")
        try await project.slt("status").expect(code: 2, "'local' in a list")
    }

    @Test("what does not go together is refused", arguments: [
        (["run", "--hosts", "box"], "two hosts or more"), (["run", "--hosts", "box,box"], "names a host twice"), (["run", "--hosts", "box,", "a"], "two hosts or more"),
        (["run", "--host", "box", "--hosts", "box,other"], "exclude each other"), (["run", "--resume"], "there is no run over these hosts"), (["run", "--mode", "soak"], "soak"),
        (["run", "--hosts", "box,nowhere"], "unknown host 'nowhere'"), (["status", "--watch"], "takes one host"), (["run", "--wait"], "takes one host"),
    ])
    func refusals(arguments: [String], word: String) async throws {
        let two = try await Two(["tests/a.test": passingFile], Self.settings)
        try await two.project.start(arguments).finish().expect(code: 2, word)
    }
}
