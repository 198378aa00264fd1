import FoundationEssentials
import Glibc
import RemoteKit
import TestSupport
import Testing
import TreeSync

@Suite("what sync is told on the command line")
struct SyncOptionTests {
    @Test("--explain says whether a path is sent and which rule decides, and asks no host")
    func explain() async throws {
        let project = try await Project(
            files: [".gitignore": "*.o\n\n!keep.o\ntarget/\n", "src/.gitignore": "/gen\n", "src/gen/a": "a", "src/b": "b", "x.o": "x", "keep.o": "k",
                    "target/debug/c": "c", "node_modules/d": "d", "out/e": "e", ".sltignore": "*.tmp\n", "f.tmp": "f", "s.swp": "s"],
            "[sync]\nexclude = [\"node_modules/\"]\n", isLocal: true)
        // Nothing listens there.
        let away = try project.write("host = \"away\"\n[hosts.away]\nssh = \"nobody@127.0.0.1\"\nport = 1\n[sync]\nexclude = [\"node_modules/\"]\n", to: "away.toml")
        try project.folder.write("[core]\nexcludesFile = ~/mine\n", to: "home/.gitconfig")
        try project.folder.write("*.swp\n", to: "home/mine")
        for (arguments, line) in [
            (["x.o"], "x.o: excluded by .gitignore:1: *.o"), (["keep.o"], "keep.o: sent, by .gitignore:3: !keep.o"),
            (["target/debug/c"], "target/debug/c: excluded by .gitignore:4: target/, which matches target/"), (["src/gen"], "src/gen: excluded by src/.gitignore:1: /gen"),
            (["src/b"], "src/b: sent, no rule matches"), (["./src/../f.tmp"], "f.tmp: excluded by .sltignore:1: *.tmp"),
            (["node_modules"], "node_modules: excluded by \(away):6, sync.exclude: node_modules/"), ([project.source + "/out/e"], "out/e: sent, no rule matches"),
            (["out/e", "--exclude", "out/*"], "out/e: excluded by --exclude: out/*"), (["x.o", "--exclude", "*.o", "--include", "x.o"], "x.o: sent, by --include: !x.o"),
            (["s.swp"], "s.swp: excluded by \(project.home)/mine:1: *.swp"),
        ] {
            let answer = try await project.start(["sync", "--config", away, "--explain"] + arguments).finish()
            #expect(answer.code == 0 && answer.text == line + "\n" && answer.errors.isEmpty, "\(arguments): \(answer)")
        }
        let two = try await project.slt("sync", "--config", away, "--explain", "x.o", "--explain", "src/b", "--json")
        #expect(two.text == """
            {"path":"x.o","rule":{"matched":"x.o","pattern":"*.o","place":".gitignore:1"},"verdict":"excluded"}
            {"path":"src/b","verdict":"sent"}

            """, "\(two)")
        try await project.slt("sync", "--explain", "nowhere").expect(code: 2, "cannot explain 'nowhere'", "no such file")
        try await project.slt("sync", "--explain", "/etc/passwd").expect(code: 2, "cannot explain '/etc/passwd'", "not below the source")
        #expect(!project.exists(project.state))
    }

    @Test("--itemize prints rsync's lines, in a dry run and a real one, and --json carries them")
    func itemize() async throws {
        let project = try await Project(files: ["a": "a", "d/b": "b"], isLocal: true)
        #expect(try await project.slt("sync").code == 0)
        try project.write("longer", to: "a")
        try project.write("new", to: "d/n\nn")
        unlink(project.source + "/d/b")
        try FileManager.default.createSymbolicLink(atPath: project.source + "/l", withDestinationPath: "a")
        let lines: Set = ["<fcst...... a", "<f+++++++++ d/n\\x0an", "*deleting   d/b", "cL+++++++++ l -> a", ".d..t...... d/", ".d..t...... ./"]
        let dry = try await project.slt("sync", "--dry-run", "-i")
        #expect(dry.code == 0 && Set(dry.text.split(separator: "\n").map(String.init)) == lines, "\(dry)")

        struct Result: Decodable {
            struct Change: Decodable, Hashable { var change: String, path: TreePath, target: TreePath? = nil }
            var changes: [Change]?
            var isDryRun: Bool
        }
        let json = try project.decode(Result.self, try await project.slt("sync", "--dry-run", "--itemize", "--json"))
        #expect(json.isDryRun && json.changes?.count == lines.count)
        #expect(json.changes?.contains(.init(change: "cL+++++++++", path: TreePath("l"), target: TreePath("a"))) == true)
        #expect(json.changes?.contains(.init(change: "<f+++++++++", path: TreePath("d/n\nn"))) == true)
        #expect(try project.decode(Result.self, try await project.slt("sync", "--dry-run", "--json")).changes == nil)

        let real = try await project.slt("sync", "--itemize")
        #expect(real.code == 0 && Set(real.text.split(separator: "\n").map(String.init)) == lines, "\(real)")
        let again = try await project.slt("sync", "--itemize")
        #expect(again.code == 0 && again.output.isEmpty, "\(again)")
    }
}
