import FoundationEssentials
import Glibc
import RemoteKit
import TestSupport
import Testing
import TreeSync

@Suite("what sync is told on the command line")
struct SyncOptionTests {
    @Test("more files than may be open at once arrive, and so do renamed ones", arguments: ["-Sn", "-n"])
    func openFiles(_ limit: String) async throws {
        let project = try await Project(isLocal: true)
        func shell(_ line: String) async throws {
            let end = try await RunningProgram.run(["/bin/sh", "-c", line], environment: ["PATH": "/usr/bin:/bin"], in: project.source)
            #expect(end.code == 0, "\(end)")
        }
        try await shell("mkdir a && for i in $(seq 400); do head -c 140000 /dev/zero | tr '\\0' x > a/$i; echo $i >> a/$i; done")
        for change in ["true", "mv a b"] {
            try await shell(change)
            let line = "ulimit \(limit) 128; exec '\(Programs.client)' sync --force"
            let sync = try await RunningProgram(["/bin/sh", "-c", line], environment: project.environment, in: project.source).finish()
            #expect(sync.code == 0, "\(sync)")
            let same = try await RunningProgram.run(["/usr/bin/diff", "-r", project.source, project.workspace], environment: [:])
            #expect(same.code == 0, "\(same)")
        }
    }

    @Test("files that are handed out in parts are not all open at once", arguments: ["-Sn", "-n"])
    func openParts(_ limit: String) async throws {
        let project = try await Project(isLocal: true)
        func shell(_ line: String) async throws {
            let end = try await RunningProgram(["/bin/sh", "-c", line], environment: project.environment, in: project.source).finish()
            #expect(end.code == 0, "\(end)")
        }
        // Data on both sides of a hole makes two parts, as 8 MB and more do.
        try await shell("mkdir a && for i in $(seq 300); do echo $i > a/$i; truncate -s 400K a/$i; echo $i >> a/$i; done")
        for change in ["true", "for i in $(seq 300); do echo more >> a/$i; done"] {
            try await shell(change)
            try await shell("ulimit \(limit) 64; exec '\(Programs.client)' sync --force")
            let same = try await RunningProgram.run(["/usr/bin/diff", "-r", project.source, project.workspace], environment: [:])
            #expect(same.code == 0, "\(same)")
        }
    }

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
            #expect(answer.code == 0, "\(arguments): \(answer)")
            #expect(answer.text == line + "\n", "\(arguments): \(answer)")
            #expect(answer.errors.isEmpty, "\(arguments): \(answer)")
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

    @Test("--exclude keeps what it matches here and there, --include brings some of it back, and --delete-excluded lifts the protection")
    func choosing() async throws {
        let project = try await Project(
            files: ["a.c": "a", "b.o": "b", "keep.o": "k", "gen/x": "x", "gen/y": "y", ".gitignore": "/gen\n", "docs/d": "d"], isLocal: true)
        func there() -> Set<String> { Set(below(project.workspace).map { String($0.dropFirst(project.workspace.count + 1)) }) }
        let first = try await project.slt("sync", "--exclude", "*.o", "--exclude", "docs/", "--include", "keep.o", "--include", "/gen")
        #expect(first.code == 0, "\(first)")
        #expect(there() == [".gitignore", "a.c", "gen", "gen/x", "gen/y", "keep.o", "slt-remote.toml"])
        // Made there, and excluded: it stays, until that is lifted.
        try project.folder.write("built", to: "home/work/built.o")
        try project.folder.write("built", to: "home/work/.git/HEAD")
        unlink(project.source + "/keep.o")
        let second = try await project.slt("sync", "--exclude", "*.o", "--exclude", "docs/")
        #expect(second.code == 0, "\(second)")
        #expect(there().isSuperset(of: ["built.o", "keep.o", "gen/x"]))
        let dry = try await project.slt("sync", "--dry-run", "--force", "--delete-excluded", "--exclude", "*.o", "--exclude", "docs/")
        #expect(Set(dry.text.split(separator: "\n").map(String.init)).isSuperset(of: ["delete built.o", "delete keep.o", "delete gen", "delete gen/x"]), "\(dry)")
        #expect(there().contains("built.o"))
        let third = try await project.slt("sync", "--force", "--delete-excluded", "--exclude", "*.o", "--exclude", "docs/")
        #expect(third.code == 0, "\(third)")
        #expect(there() == [".gitignore", "a.c", "slt-remote.toml", ".git", ".git/HEAD"])
    }

    @Test("the user's global excludes count, those of git's configuration and those of its default place")
    func userExcludes() async throws {
        let project = try await Project(files: ["a": "a", "b.swp": "b", "c.bak": "c"], isLocal: true)
        try project.folder.write("[core]\nexcludesFile = ~/mine\n", to: "home/.gitconfig")
        try project.folder.write("*.swp\n", to: "home/mine")
        #expect(try await project.slt("sync").code == 0)
        #expect(project.exists(project.workspace + "/c.bak"))
        #expect(!project.exists(project.workspace + "/b.swp"))
        // Without git, its default place is read.
        try project.folder.write("*.bak\n", to: "home/.config/git/ignore")
        let bare = try await project.start(["sync", "--exclude", "nothing"], environment: ["PATH": "/nowhere"]).finish()
        #expect(bare.code == 0, "\(bare)")
        #expect(project.exists(project.workspace + "/b.swp"))
        let explained = try await project.start(["sync", "--explain", "c.bak"], environment: ["PATH": "/nowhere"]).finish()
        #expect(explained.text == "c.bak: excluded by \(project.home)/.config/git/ignore:1: *.bak\n", "\(explained)")
        // And rules of git's are none of this tree's, where the configuration says so.
        try project.write(String(contentsOfFile: project.source + "/slt-remote.toml", encoding: .utf8) + "\n[sync]\ngitignore = false\n", to: "slt-remote.toml")
        #expect(try await project.slt("sync").code == 0)
        #expect(project.exists(project.workspace + "/b.swp"))
        #expect(project.exists(project.workspace + "/c.bak"))
    }

    @Test("--stats prints what moved, what was there, and the time of each part")
    func stats() async throws {
        let project = try await Project(files: ["a": String(repeating: "a", count: 3000), "d/b": "b"], isLocal: true)
        let first = try await project.slt("sync", "--stats")
        let lines = first.text.split(separator: "\n").map(String.init)
        #expect(first.code == 0, "\(first)")
        #expect(lines.count == 5, "\(first)")
        #expect(lines.first?.hasPrefix("source    3 files, 1 folders, 0 links, 3") == true, "\(first)")
        #expect(lines.contains("created   4, updated 0, touched 0, deleted 0, unchanged 0"), "\(first)")
        #expect(lines.contains { $0.hasPrefix("content   3") && $0.hasSuffix("0 B was there") }, "\(first)")
        #expect(lines.contains { $0.hasPrefix("messages  ") && $0.contains(" to the host, ") && $0.contains("speed-up ") }, "\(first)")
        #expect(lines.contains { $0.hasPrefix("time      ") && $0.contains(" listing, ") && $0.contains(" moving, ") && $0.hasSuffix(" finishing") }, "\(first)")
        try project.write("changed", to: "d/b")
        let second = try await project.slt("sync", "--stats")
        #expect(second.text.contains("created   0, updated 1, touched 0, deleted 0, unchanged 3\ncontent   7 B moved, "), "\(second)")
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
        #expect(dry.code == 0, "\(dry)")
        #expect(Set(dry.text.split(separator: "\n").map(String.init)) == lines, "\(dry)")

        struct Result: Decodable {
            struct Change: Decodable, Hashable { var change: String, path: TreePath, target: TreePath? = nil }
            var changes: [Change]?
            var isDryRun: Bool
        }
        let json = try project.decode(Result.self, try await project.slt("sync", "--dry-run", "--itemize", "--json"))
        #expect(json.isDryRun)
        #expect(json.changes?.count == lines.count)
        #expect(json.changes?.contains(.init(change: "cL+++++++++", path: TreePath("l"), target: TreePath("a"))) == true)
        #expect(json.changes?.contains(.init(change: "<f+++++++++", path: TreePath("d/n\nn"))) == true)
        #expect(try project.decode(Result.self, try await project.slt("sync", "--dry-run", "--json")).changes == nil)

        let real = try await project.slt("sync", "--itemize")
        #expect(real.code == 0, "\(real)")
        #expect(Set(real.text.split(separator: "\n").map(String.init)) == lines, "\(real)")
        let again = try await project.slt("sync", "--itemize")
        #expect(again.code == 0, "\(again)")
        #expect(again.output.isEmpty, "\(again)")
    }
}
