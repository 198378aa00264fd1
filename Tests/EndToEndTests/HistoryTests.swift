import Fleet
import FoundationEssentials
import TestSupport
import Testing

@Suite("the history of a project") struct HistoryTests {
    private static let settings = "[suite]\nfiles = [\"tests/*.test\"]\n[run]\nworkers = 1\n"
    private static let failing = "query I nosort\nSELECT 1\n----\n2\n"

    private struct Run: Decodable {
        var run: String, isFull: Bool, total: Int, failed: Int
    }

    private func project() async throws -> Project {
        try await Project(files: ["tests/a.test": passingFile, "tests/b.test": passingFile, "tests/c.test": Self.failing], Self.settings, isLocal: true)
    }

    private func database(_ project: Project) -> String { project.home + "/.local/share/slt-remote/history.sqlite" }

    @Test("an export of nothing is an error: a script would take an empty file for results")
    func exportsNothing() async throws {
        let project = try await project()
        for words in [["export", "--format", "json"], ["export", "--format", "sqlite", "-o", "x.sqlite"]] {
            let export = try await project.start(words).finish()
            #expect(export.code == 2, "\(export)")
            #expect(export.output.isEmpty, "\(export)")
            #expect(export.errors.contains("start one with: slt-remote run"), "\(export)")
        }
    }

    @Test("before the first run every verb says what to do, and ends well", arguments: [["history"], ["failures"], ["slow"], ["untested"], ["sql", "SELECT 1"]])
    func empty(verb: [String]) async throws {
        let done = try await project().start(verb).finish()
        #expect(done.code == 0, "\(done)")
        #expect(done.errors.contains("start one with: slt-remote run --host local\n"), "\(done)")
    }

    @Test("each run is noted; a run of one file is no full one")
    func noted() async throws {
        let project = try await project()
        #expect(try await project.slt("run").code == 1)
        #expect(try await project.slt("run", "tests/a.test").code == 0)
        let list = try await project.slt("history", "--json")
        let runs = try list.output.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(Run.self, from: Data($0)) }
        #expect(runs.map(\.total) == [1, 3])
        #expect(runs.map(\.isFull) == [false, true])
        let failures = try await project.slt("failures", "--by", "file")
        #expect(failures.text.contains("tests/c.test"), "\(failures)")
        let past = try await project.slt("history", "c.test:4")
        #expect(past.code == 0, "\(past)")
        #expect(past.text.contains("failed in 1 of 1 full run"), "\(past)")
        let rebuilt = try await project.slt("history", "rebuild")
        #expect(rebuilt.errors.contains("2 runs read"), "\(rebuilt)")
        try await project.slt("sql", "DELETE FROM run").expect(code: 2, "it may only read", "test_results")
        #expect(try await project.slt("export", "--format", "badge").text.contains("66.6% (2/3)"))
    }

    @Test("runs that were pruned count as before, also when the history is made again; their reports say what is gone")
    func pruned() async throws {
        let project = try await project()
        for _ in 0..<2 { #expect(try await project.slt("run").code == 1) }
        let questions = [["history", "--json"], ["failures", "--by", "message", "--json"], ["failures", "--by", "file", "--json"], ["history", "c.test:4", "--json"], ["untested", "--json"],
                         ["sql", "SELECT * FROM test_results"]]
        func answers() async throws -> [String] {
            var texts: [String] = []
            for question in questions {
                let done = try await project.start(question).finish()
                #expect(done.code == 0, "\(question): \(done)")
                texts.append(done.text)
            }
            return texts
        }
        let before = try await answers()
        #expect(before[1].contains("wrong result"), "\(before)")
        let whole = try await project.slt("report")
        #expect(!whole.text.contains("pruned"), "\(whole)")
        let prune = try await project.slt("prune", "--keep", "0", "--older-than", "0")
        #expect(prune.code == 0, "\(prune)")
        #expect(try await answers() == before)
        let rebuilt = try await project.slt("history", "rebuild")
        #expect(rebuilt.errors.contains("2 runs read"), "\(rebuilt)")
        #expect(try await answers() == before)
        let report = try await project.slt("report")
        #expect(report.code == 0 && report.text.hasPrefix("note: pruned: rows and logs are gone\n"), "\(report)")
        #expect(report.text.contains("1 failing file") && report.text.contains("tests/c.test:4"), "\(report)")
    }

    @Test("a damaged history does not fail a run, and is made again")
    func damaged() async throws {
        let project = try await project()
        #expect(try await project.slt("run").code == 1)
        try Data("nonsense".utf8).write(to: URL(filePath: database(project)))
        try await project.slt("history").expect(code: 3, "it is damaged", "slt-remote history rebuild")
        let run = try await project.slt("run")
        #expect(run.code == 1, "\(run)")
        #expect(run.errors.contains("warning: the history was damaged, and was made again from 2 runs"), "\(run)")
    }

    @Test("a host that has lost its own history gets the order of the files from the client")
    func order() async throws {
        let project = try await project()
        #expect(try await project.slt("run").code == 1)
        for folder in ["history", "runs"] { try FileManager.default.removeItem(atPath: "\(project.state)/\(folder)") }
        #expect(try await project.slt("run").code == 1)
        let id = try #require(project.runs().first)
        #expect(try project.records(id, count: 3).first?.file == "tests/c.test")
    }
}
