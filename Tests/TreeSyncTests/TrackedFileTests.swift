import TestSupport
import Testing
@testable import TreeSync

@Suite("Files that git tracks though its rules exclude them") struct TrackedFileTests {
    private static let identity = "git config user.email a@b && git config user.name n"

    /// What a sync of `root` would send, links and files, in the order of their bytes.
    @concurrent private func sent(_ root: String, _ rules: SourceRules = SourceRules()) async throws -> [String] {
        let (files, report) = try await Sent.files(root, rules)
        #expect(report.problems.isEmpty)
        return files
    }

    private func listed(_ root: String) throws -> [String] { try Sent.byGit(root) }

    @Test("are sent, with every format of the index", arguments: ["2", "3", "4", "split", "sha256", "sha256 split", "fsmonitor", "untracked"])
    func formats(_ format: String) async throws {
        let folder = try TemporaryFolder()
        try shell("""
            cd \(quoted(folder.path)) && git init -q \(format.hasPrefix("sha256") ? "--object-format=sha256" : "") r && cd r && \(Self.identity) && printf '*.o\\ntarget/\\n/deep\\n' > .gitignore \
            && mkdir -p target/debug target/empty deep/er/est src && for f in a.o b.o target/keep target/drop target/debug/kept target/debug/dropped deep/er/est/f deep/g src/c src/d.o src/new; do echo $f > $f; done \
            && git add -f a.o target/keep target/debug/kept deep/er/est/f src/c src/d.o .gitignore && \(format == "3" ? "git add -N -f target/drop &&" : "") \
            \(format == "fsmonitor" ? "printf '#!/bin/sh\\nprintf \"t\\\\0/\\\\0\"\\n' > .git/m && chmod 755 .git/m && git config core.fsmonitor .git/m && git update-index --fsmonitor && git status > ../out &&" : "") \
            \(format == "untracked" ? "git config core.untrackedCache true && git update-index --force-untracked-cache && git status > ../out &&" : "") \
            \(format.hasSuffix("split") ? "git config core.splitIndex true && git update-index --split-index && git add -f deep/g && git rm -q --cached a.o &&" : "") \
            git update-index --index-version \(format == "4" ? "4" : "2") \(format == "3" ? "&& git add -N src/new" : "")
            """)
        let version = try shell("head -c 8 \(quoted(folder.file("r/.git/index"))) | od -An -tu1 -j7").trimmingPrefix { $0 == " " }.dropLast()
        #expect(version == (["3", "4"].contains(format) ? format : "2"))
        let files = try listed(folder.file("r"))
        #expect(files.contains("target/debug/kept"))
        #expect(!files.contains("target/debug/dropped"))
        #expect(try await sent(folder.file("r")) == files)
        // Below the top, too.
        #expect(try await sent(folder.file("r/src")) == listed(folder.file("r/src")))
        #expect(try await sent(folder.file("r"), SourceRules(gitignore: false)).count == 12)
    }

    @Test("are sent from worktrees, submodules and trees that hold submodules")
    func places() async throws {
        let folder = try TemporaryFolder()
        try shell("""
            cd \(quoted(folder.path)) && git init -q lib && cd lib && \(Self.identity) && printf '*.o\\n' > .gitignore && echo l > l.o && echo m > m.o && git add -f l.o .gitignore && git commit -qm m \
            && cd .. && git init -q main && cd main && \(Self.identity) && echo 'out/' > .gitignore && mkdir out && echo 1 > out/1 && echo 2 > out/2 && git add -f out/1 .gitignore \
            && git -c protocol.file.allow=always submodule --quiet add ../lib sub && git commit -qm m && echo m > sub/m.o && git worktree add -q ../tree && mkdir -p ../tree/out && echo 3 > ../tree/out/3
            """)
        #expect(try await sent(folder.file("tree")) == [".gitignore", ".gitmodules", "out/1"])
        #expect(try await sent(folder.file("main")) == [".gitignore", ".gitmodules", "out/1", "sub/.gitignore", "sub/l.o"])
        #expect(try await sent(folder.file("main/sub")) == [".gitignore", "l.o"])
    }

    @Test("and what a repository inside the tree ignores are decided by its own rules alone")
    func inner() async throws {
        let folder = try TemporaryFolder()
        try shell("""
            cd \(quoted(folder.path)) && git init -q outer && cd outer && printf '*.o\n/inner/top\n' > .gitignore && printf 'everywhere\n' > .git/info/exclude && git init -q inner \
            && printf '*.tmp\n' > inner/.gitignore && printf '/top2\n/deep/x\n' > inner/.git/info/exclude && mkdir inner/deep && for f in a.o a.tmp b.c top top2 deep/x deep/y.o everywhere; do echo $f > inner/$f; done; echo o > o.o; echo e > everywhere; echo s > s.c
            """)
        let inner = try listed(folder.file("outer/inner")).map { "inner/" + $0 }
        #expect(inner == ["inner/.gitignore", "inner/a.o", "inner/b.c", "inner/deep/y.o", "inner/everywhere", "inner/top"])
        #expect(try await sent(folder.file("outer")) == [".gitignore"] + inner + ["s.c"])
        let explained = try SourceRules().explain(TreePath("inner/deep/x"), root: folder.file("outer"))
        #expect(explained.verdict == .excluded)
        guard case .file(let file, line: 2)? = explained.rule?.place else { return #expect(Bool(false), "\(explained)") }
        #expect(file.hasSuffix("outer/inner/.git/info/exclude"))
    }

    @Test("of a repository inside the tree are protected on the receiver by its rules")
    func innerProtection() async throws {
        let trees = try TreePair()
        try trees.inSource("git init -q . && printf '*.o\n' > .gitignore && git init -q inner && printf '*.tmp\n' > inner/.gitignore && echo /built >> inner/.git/info/exclude && echo a > inner/a")
        try trees.inTarget("mkdir inner && echo kept > inner/kept.tmp && echo kept > inner/built && echo gone > inner/gone.o && echo kept > kept.o")
        _ = try await trees.push()
        #expect(try trees.inTarget("find . -type f | LC_ALL=C sort") == "./.gitignore\n./inner/.gitignore\n./inner/a\n./inner/built\n./inner/kept.tmp\n./kept.o\n")
    }

    @Test("are kept right on the receiver, where all else in an excluded folder is protected")
    func protection() async throws {
        let trees = try TreePair()
        try trees.inSource("""
            git init -q . && printf 'target/\\n*.log\\n' > .gitignore && mkdir -p target/in && echo 1 > target/kept && echo 2 > target/in/kept && echo x > target/in/not && echo l > t.log && echo o > o.log \
            && git add -f target/kept target/in/kept t.log
            """)
        try trees.inTarget("mkdir -p target/in target/other && echo b > target/bin && echo c > target/in/cache && echo d > target/other/d && echo old > target/kept && ln -s x t.log && echo mine > o.log && echo gone > gone")
        let report = try await trees.push()
        #expect(report.problems.isEmpty)
        let expected = "./.gitignore ./o.log ./t.log ./target/bin ./target/in/cache ./target/in/kept ./target/kept ./target/other/d "
        #expect(try trees.inTarget("find . ! -type d | LC_ALL=C sort | tr '\\n' ' '") == expected)
        #expect(try trees.inTarget("cat target/kept target/in/kept t.log o.log target/bin") == "1\n2\nl\nmine\nb\n")
        #expect(try await !trees.push().changed)
        // A folder in the place of a tracked file is not removed with what it holds.
        try trees.inTarget("rm t.log && mkdir t.log && echo precious > t.log/p")
        #expect(try await trees.push().problems.map(\.kind) == [.blockedByProtected])
        #expect(try trees.inTarget("cat t.log/p") == "precious\n")
        // Configured rules count for tracked files too.
        #expect(try await sent(trees.source, SourceRules(excludes: ["/target"])) == [".gitignore", "t.log"])
        var options = SyncOptions(force: true)
        options.deleteExcluded = true
        try await trees.push(options: options)
        #expect(try trees.inTarget("find . ! -type d | LC_ALL=C sort | tr '\\n' ' '") == "./.gitignore ./t.log ./target/in/kept ./target/kept ")
    }

    @Test("are explained by the rule they are sent in spite of")
    func explained() throws {
        let trees = try TreePair()
        try trees.inSource("git init -q . && printf 'target/\\n*.log\\n' > .gitignore && mkdir -p target/in && touch target/in/kept target/in/not a.log && git add -f target/in/kept a.log")
        func explain(_ path: String) throws -> String {
            let found = try SourceRules().explain(TreePath(path), root: trees.source)
            return "\(found.verdict) \(found.rule?.text ?? "-") \(found.rule?.matched ?? "-")"
        }
        #expect(try explain("target") == "tracked target/ target/")
        #expect(try explain("target/in/kept") == "tracked target/ target/")
        #expect(try explain("target/in/not") == "excluded target/ target/")
        #expect(try explain("a.log") == "tracked *.log a.log")
    }

    @Test("are judged as git does in random repositories", arguments: 1...6 as ClosedRange<UInt64>)
    func oracle(seed: UInt64) async throws {
        var random = SeededRandom(seed)
        let folder = try TemporaryFolder()
        try shell("git init -q \(quoted(folder.path))")
        let names = ["a", "b", "c", "a.o", "b-", "b.", "b0"]
        func path() -> String { (0..<Int.random(in: 1...3, using: &random)).map { _ in names.randomElement(using: &random)! }.joined(separator: "/") }
        for _ in 0..<60 { _ = try? folder.write("x", to: path()) }
        let patterns = ["a", "b/", "/c", "*.o", "a/**", "!a/b", "b*", "!*.o"]
        for place in [".gitignore", "a/.gitignore", "b/.gitignore"] {
            _ = try? folder.write((0..<2).map { _ in patterns.randomElement(using: &random)! }.joined(separator: "\n"), to: place)
        }
        let files = try shell("cd \(quoted(folder.path)) && find . -path ./.git -prune -o -type f -printf '%P\\n'").split(separator: "\n").map(String.init)
        let tracked = files.filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
        if !tracked.isEmpty { try shell("cd \(quoted(folder.path)) && git add -f -- \(tracked.map(quoted).joined(separator: " "))") }
        #expect(try await sent(folder.path) == listed(folder.path))
    }

    @Test("are sent with a sparse index, also those outside of what is checked out")
    func sparse() async throws {
        let folder = try TemporaryFolder()
        try shell("""
            cd \(quoted(folder.path)) && git init -q r && cd r && \(Self.identity) && echo '*.o' > .gitignore && mkdir -p in out/deep && for f in a.o in/b.o out/c.o out/deep/d.o; do echo $f > $f; done && git add -f . && git commit -qm m \
            && git sparse-checkout set --cone --sparse-index in && mkdir -p out/deep && echo again > out/deep/d.o && echo other > out/deep/e.o && echo f > in/f.o
            """)
        #expect(try shell("grep -ac sdir \(quoted(folder.file("r/.git/index")))") == "1\n")
        #expect(try await sent(folder.file("r")) == [".gitignore", "a.o", "in/b.o", "out/deep/d.o"])
    }

    /// Lines of sh that spoil an index.
    private static let spoilt = ["echo broken > .git/index", "truncate -s 20 .git/index", "rm .git/index && mkdir .git/index",
                                 "printf 'DIRC\\0\\0\\0\\11' | dd of=.git/index conv=notrunc status=none"]

    @Test("are said to be unknown where neither we nor git can read the index", arguments: spoilt)
    func unreadable(_ line: String) async throws {
        let trees = try TreePair()
        try trees.inSource("git init -q . && echo '*.o' > .gitignore && touch a.o b && git add -f a.o b .gitignore && \(line)")
        let log = EventLog()
        let report = try await trees.push(events: log.handler)
        #expect(try trees.inTarget("ls -A") == ".gitignore\nb\n")
        #expect(report.isPartial)
        #expect(report.problems.map(\.path) == [TreePath(".git/index")])
        #expect(log.problems == report.problems)
        #expect(throws: SyncError.self) { try SourceRules().explain(TreePath("a.o"), root: trees.source) }
        // Of a repository inside the tree, and below the top, alike.
        try trees.inSource("mkdir outer && mv .git .gitignore a.o b outer/ && mkdir outer/sub && touch outer/sub/c.o")
        #expect(try await trees.push(options: SyncOptions(force: true)).problems.map(\.path) == [TreePath("outer/.git/index")])
        let below = try await Sent.files(trees.source + "/outer/sub").report
        #expect(below.problems.map { "\($0.path)" } == [trees.source + "/outer/.git/index"])
        // Nothing that is excluded: nothing that could be missing.
        let clean = try TreePair()
        try clean.inSource("git init -q . && touch b && git add b && \(line)")
        #expect(try await clean.push().problems.isEmpty)
    }

    @Test("are found whatever the case of their letters where that does not count")
    func folded() throws {
        let index = GitIndex(list: Array("B/c.O\0a.O\0z\0".utf8)).folded
        #expect(["A.o", "b", "b/C.o", "Z"].allSatisfy { index.contains(Array($0.utf8), isDirectory: $0 == "b") })
        #expect(!index.contains(Array("b/c".utf8), isDirectory: false))
    }

    @Test("are none without an index")
    func noIndex() async throws {
        let trees = try TreePair()
        try trees.inSource("git init -q . && echo '*.o' > .gitignore && touch a.o b")
        #expect(try await sent(trees.source) == [".gitignore", "b"])
    }

    @Test("of a damaged index do no harm")
    func damaged() async throws {
        let trees = try TreePair()
        try trees.inSource("git init -q . && echo '*.o' > .gitignore && touch a.o b && git add -f a.o b .gitignore")
        let whole = Array(try #require(FileBytes.smallText(trees.source + "/.gitignore")).utf8)
        #expect(whole == Array("*.o".utf8))
        var random = SeededRandom(7)
        let descriptor = try #require(try? DirectoryHandle.root(trees.source + "/.git"))
        let index = try #require(try RuleFile.contents(in: descriptor.descriptor, name: "index", path: TreePath("index")))
        #expect(GitIndex(index, digestLength: 20)?.count == 3)
        for length in 0..<index.count { _ = GitIndex(Array(index[..<length]), digestLength: 20) }
        for _ in 0..<3000 {
            var bytes = index
            for _ in 0..<Int.random(in: 1...4, using: &random) { bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: .min ... .max, using: &random) }
            _ = GitIndex(bytes, digestLength: 20)?.contains(Array("a.o".utf8), isDirectory: true)
        }
    }
}
