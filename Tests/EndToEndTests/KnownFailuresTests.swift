import Fleet
import FoundationEssentials
import TestSupport
import Testing

@Suite("known failures, from the first one to the last")
struct KnownFailuresTests {
    private static let settings = """
        [suite]
        files = ["tests/*.test"]
        known-failures = "known.toml"
        """

    private struct Result: Decodable {
        struct Known: Decodable {
            struct Finding: Decodable { var file: String }
            var known, new, expired: [Finding]
            var fixed: [KnownFailure]
        }

        struct Failing: Decodable { var file: String }

        var known: Known?
        var failures: [Failing]
        var exitCode: Int32
    }

    private static func file(_ query: String, expected: String) -> String {
        "statement ok\nCREATE TABLE t(x)\n\nquery I\n\(query)\n----\n\(expected)\n\nquery I\nSELECT 5\n----\n5\n"
    }

    private func list(_ project: Project) throws -> String { try String(contentsOfFile: project.source + "/known.toml", encoding: .utf8) }

    @Test("a failure is red, then known and green; another kind is red, a fixed one is told, a day that is over is red")
    func life() async throws {
        let project = try await Project(files: ["tests/a.test": Self.file("SELECT 1", expected: "2"), "tests/b.test": Self.file("SELECT 1", expected: "1")], Self.settings, isLocal: true)

        // Without a list each failure is new.
        let first = try await project.slt("run")
        #expect(first.code == 1, "\(first)")
        #expect(first.errors.contains("known.toml of known failures so far; every failure is a new one"), "\(first)")

        // Taken over, it is known, and stands in the list with its place and SQL.
        let update = try await project.slt("known-failures", "update", "--reason", "the planner", "--expires", "2999-12-31")
        #expect(update.text.contains("known.toml: 1 added, 0 removed, 0 changed, 0 kept"), "\(update)")
        let listed = try list(project)
        #expect(listed.contains("#: tests/a.test:4: SELECT 1\n[[failure]]\nfile = \"tests/a.test\"\nrecord = "), "\(listed)")
        let green = try await project.slt("run")
        #expect(green.code == 0, "\(green)")
        #expect(green.text.contains("1 of 2 files passed, 1 known to fail"), "\(green)")
        #expect(green.text.contains("1 known failure\n"), "\(green)")
        #expect(green.text.contains("pass rate 50.0 %"), "\(green)")
        #expect(try await project.slt("known-failures", "check").code == 0)
        #expect(try await project.slt("known-failures", "list").text.contains("tests/a.test: wrong rows"), "\(green)")

        // The same record, moved and failing in another way, is not what is known.
        try project.write("# moved\n\n" + Self.file("SELECT 1", expected: "2").replacing("CREATE TABLE t(x)", with: "CREATE TABLE u(x)").replacing("query I\nSELECT 1", with: "query II\nSELECT 1"), to: "tests/a.test")
        let other = try await project.slt("run", "--json")
        #expect(other.code == 1, "\(other)")
        #expect(try project.decode(Result.self, other).known?.new.map(\.file) == ["tests/a.test"])
        let words = try await project.slt("run")
        #expect(words.text.contains("new failures (1):\n  tests/a.test:"), "\(words)")
        #expect(words.text.contains("(known to fail with: wrong rows)"), "\(words)")

        // The same failure at other lines is the known one.
        try project.write("# moved\n\n" + Self.file("SELECT  1 -- the first", expected: "2"), to: "tests/a.test")
        #expect(try await project.slt("run").code == 0)

        // Mended, it is told and not red; the update removes it.
        try project.write(Self.file("SELECT 1", expected: "1"), to: "tests/a.test")
        let fixed = try await project.slt("run")
        #expect(fixed.code == 0, "\(fixed)")
        #expect(fixed.text.contains("1 known failure no longer fails: tests/a.test; remove with: slt-remote known-failures update "), "\(fixed)")
        #expect(try await project.slt("known-failures", "update").text.contains("0 added, 1 removed"))
        #expect(try !list(project).contains("[[failure]]"))

        // A day that was over when the run was made is red, and stays in the list.
        try project.write(Self.file("SELECT 1", expected: "2"), to: "tests/b.test")
        #expect(try await project.slt("run").code == 1)
        #expect(try await project.slt("known-failures", "update", "--expires", "2020-01-01").code == 0)
        let expired = try await project.slt("run")
        #expect(expired.code == 1, "\(expired)")
        #expect(expired.text.contains("known failures whose day is over (1):\n  tests/b.test:4: "), "\(expired)")
        #expect(try await project.slt("known-failures", "check").code == 1)
    }

    @Test("a run is judged by the list that it was started with, and so is one that is followed later")
    func ownList() async throws {
        let project = try await Project(files: ["tests/a.test": Self.file("SELECT 1", expected: "2"), "tests/b.test": Self.file("SELECT 1", expected: "1")], Self.settings, isLocal: true)
        #expect(try await project.slt("run").code == 1)
        #expect(try await project.slt("known-failures", "update").code == 0)
        #expect(try await project.slt("run").code == 0)
        try project.write("", to: "known.toml")
        let again = try await project.slt("attach")
        #expect(again.code == 0, "\(again)")
        #expect(try await project.slt("run").code == 1)
        #expect(try await project.slt("attach").code == 1)
    }

    @Test("a new failure is kept beside more known ones than there is room for; a list that is damaged on the host is told as that, and the results are here")
    func many() async throws {
        let files = (0..<120).map { ("tests/known-\($0).test", Self.file("SELECT 1", expected: "2")) }
        let project = try await Project(files: Dictionary(uniqueKeysWithValues: files), Self.settings, isLocal: true)
        #expect(try await project.slt("run").code == 1)
        #expect(try await project.slt("known-failures", "update").code == 0)
        try project.write(Self.file("SELECT 777", expected: "2"), to: "tests/z.test")
        let run = try await project.slt("run", "--json")
        let result = try project.decode(Result.self, run)
        #expect(run.code == 1, "\(run.errors)")
        #expect(result.known?.new.map(\.file) == ["tests/z.test"])
        #expect(result.failures.count == 100)
        #expect(result.failures.last?.file == "tests/z.test")

        let id = try #require(project.runs().last)
        try Data("{".utf8).write(to: URL(filePath: project.runDirectory(id).path + "/known-failures.json"))
        let damaged = try await project.slt("attach")
        #expect(damaged.code == 1, "\(damaged)")
        #expect(damaged.errors.contains("slt-remote: cannot judge run \(id): known-failures.json in \(project.results)/\(id) is damaged"), "\(damaged)")
        #expect(!damaged.errors.contains("cannot fetch the results"), "\(damaged)")
        #expect(damaged.text.contains("results: \(project.results)/\(id)"), "\(damaged)")
    }

    @Test("a list with a mistake starts nothing, and names the line", arguments: [
        ("[[failure]]\nfile = \"a\"\nkind = \"wrong\"\n", "known.toml:3: 'kind' must be"), ("[[failure\n", "known.toml:1:"), ("known = 1\n", "known.toml:1: unknown key 'known'"),
    ])
    func mistakes(text: String, words: String) async throws {
        let project = try await Project(files: ["tests/a.test": Self.file("SELECT 1", expected: "1"), "known.toml": text], Self.settings, isLocal: true)
        try await project.slt("run").expect(code: 2, words)
        #expect(project.runs().isEmpty)
        for verb in ["list", "check", "update"] { try await project.slt("known-failures", verb).expect(code: 2, words) }
        #expect(try list(project) == text)
    }

    @Test("without a configured list, or without a run, the verbs say what to do")
    func empty() async throws {
        let project = try await Project(files: ["tests/a.test": Self.file("SELECT 1", expected: "1")], "[suite]\nfiles = [\"tests/*.test\"]\n", isLocal: true)
        try await project.slt("known-failures", "list").expect(code: 2, "set known-failures = \"slt-known-failures.toml\" in [suite]")
        let other = try await Project(files: ["tests/a.test": Self.file("SELECT 1", expected: "1")], Self.settings, isLocal: true)
        try await other.slt("known-failures", "update").expect(code: 2, "start one with: slt-remote run")
        let list = try await other.slt("known-failures", "list")
        #expect(list.code == 0 && list.errors.contains("slt-remote known-failures update"), "\(list)")
    }

    @Test("in the rs dialect what lies behind a known failure is untested: the run is incomplete")
    func hidden() async throws {
        let text = "query I\nSELECT 1\n----\n2\n\nquery I\nSELECT 2\n----\n3\n"
        let project = try await Project(files: ["tests/a.test": text, "tests/b.test": "query I\nSELECT 1\n----\n1\n"], Self.settings + "\n[engine]\nkind = \"sqlite\"\ndialect = \"rs\"\n", isLocal: true)
        #expect(try await project.slt("run").code == 1)
        #expect(try await project.slt("known-failures", "update").code == 0)
        let hidden = try await project.slt("run")
        #expect(hidden.code == 5, "\(hidden)")
        #expect(hidden.text.contains("1 file ended at a known failure; the records behind it are untested"), "\(hidden)")
    }

    @Test("a skip that is not pinned is red, a pinned one is not")
    func pins() async throws {
        let project = try await Project(files: ["tests/a.test": "halt\n", "tests/b.test": Self.file("SELECT 1", expected: "1")], Self.settings, isLocal: true)
        _ = try await project.slt("run")
        #expect(try await project.slt("known-failures", "update", "--pin").code == 0)
        try project.write("# nothing\n", to: "tests/c.test")
        let red = try await project.slt("run")
        #expect(red.code == 1, "\(red)")
        #expect(red.text.contains("not run, and not among the pinned files (1):\n  tests/c.test: skipped"), "\(red)")
        let update = try await project.slt("known-failures", "update", "--json")
        #expect(update.text.contains("\"pinned\":1"), "\(update)")
        #expect(try FormatPage().differences("known-failures update", [Data(update.output)], areWhole: true) == [])
        #expect(try await project.slt("run").code == 0)
    }
}
