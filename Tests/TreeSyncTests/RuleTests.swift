import FoundationEssentials
import Glibc
import TestSupport
import Testing
@testable import TreeSync

/// Whether `path` is excluded by itself or by a folder above it.
private func isExcluded(_ path: String, _ texts: [String: String], root: RuleTexts) -> Bool {
    var scope = RuleScope(root)
    var folder = ""
    let names = path.split(separator: "/", omittingEmptySubsequences: false)
    for (index, name) in names.enumerated() where !name.isEmpty {
        scope = scope.entering(Array(folder.utf8), gitignore: texts[folder].map { Array($0.utf8) }, sltignore: nil)
        let isDirectory = index + 1 < names.count
        if scope.excludes(Array(name.utf8), in: Array(folder.utf8), isDirectory: isDirectory) { return true }
        folder += (folder.isEmpty ? "" : "/") + name
    }
    return false
}

@Suite("Ignore rules") struct RuleTests {
    @Test("judge 12,000 generated cases in 20 repositories as git check-ignore does")
    func oracle() throws {
        var (ignored, asked) = (0, 0)
        for seed in SyncFuzz.seeds {
            for part in 0..<10 {
                let counts = try compare(seed &* 10 &+ UInt64(part))
                ignored += counts.ignored
                asked += counts.asked
            }
        }
        #expect(asked >= 5000, "\(ignored) of \(asked)")
        #expect(ignored > asked / 10, "\(ignored) of \(asked)")
        #expect(ignored < asked * 9 / 10, "\(ignored) of \(asked)")
    }

    /// Judges 600 paths of a repository that is made up.
    private func compare(_ seed: UInt64) throws -> (ignored: Int, asked: Int) {
        var random = SeededRandom(seed)
        let folder = try TemporaryFolder()
        let repository = quoted(folder.path)
        try shell("cd \(repository) && git init -q .")
        let pieces = ["a", "b", "foo", "bar", "*", "**", "?", "[ab]", "[!a]", "[a-c]", ".o", "*.o", "\\*", "\\!", "[[:alpha:]]", "[]a]", "[a", "-", " ", "x y", "[^b]", "[a\\]b]", "***"]
        let names = ["a", "b", "c", "foo", "bar", "a.o", "foo.o", "*", "!", "ab", "abc", "x y", "-", "]", "fooa", "afoo"]
        func pattern() -> String {
            var text = Bool.random(using: &random) ? "" : (Int.random(in: 0..<3, using: &random) == 0 ? "!" : "")
            if Int.random(in: 0..<4, using: &random) == 0 { text += "/" }
            for index in 0..<Int.random(in: 1...3, using: &random) {
                if index > 0, Int.random(in: 0..<3, using: &random) > 0 { text += "/" }
                text += pieces.randomElement(using: &random)!
                if Int.random(in: 0..<3, using: &random) == 0 { text += pieces.randomElement(using: &random)! }
            }
            if Int.random(in: 0..<4, using: &random) == 0 { text += "/" }
            if Int.random(in: 0..<12, using: &random) == 0 { text += ["  ", "\\ ", "\\", "\r"].randomElement(using: &random)! }
            return text
        }
        var texts: [String: String] = [:]
        for place in ["", "a", "foo", "a/b", "foo/bar"] {
            let lines = (0..<Int.random(in: 1...5, using: &random)).map { _ in pattern() } + ["# comment", "", "!keep"]
            texts[place] = lines.shuffled(using: &random).joined(separator: "\n") + (Bool.random(using: &random) ? "\n" : "")
            try folder.write(texts[place]!, to: (place.isEmpty ? "" : place + "/") + ".gitignore")
        }
        let excludes = [pattern(), pattern()].joined(separator: "\n")
        try folder.write(excludes, to: ".git/info/exclude")
        var root = RuleTexts()
        root.usesGitignore = true
        root.repositoryExcludes = Array(excludes.utf8)
        // git takes what is not there for a file, so folders are made.
        var folders: Set<String> = ["a", "foo", "a/b", "foo/bar"]
        var paths: Set<String> = []
        while paths.count < 600 {
            let parts = (0..<Int.random(in: 1...4, using: &random)).map { _ in names.randomElement(using: &random)! }
            paths.insert(parts.joined(separator: "/"))
            guard Int.random(in: 0..<3, using: &random) == 0 else { continue }
            for length in 1...parts.count { folders.insert(parts[..<length].joined(separator: "/")) }
        }
        for path in folders { try FileManager.default.createDirectory(atPath: folder.file(path), withIntermediateDirectories: true) }
        let asked = paths.sorted()
        try folder.write(asked.joined(separator: "\0"), to: "../\(folder.path.split(separator: "/").last!).asked")
        defer { unlink(folder.path + ".asked") }
        let output = try shell("cd \(repository) && git check-ignore -z --no-index --stdin < ../$(basename \(repository)).asked", status: nil)
        let ignored = Set(output.split(separator: "\0").map(String.init))
        for path in asked {
            #expect(isExcluded(folders.contains(path) ? path + "/" : path, texts, root: root) == ignored.contains(path), "seed \(seed): \(path) with \(texts), exclude: \(excludes)")
        }
        return (ignored.count, asked.count)
    }

    @Test("of a pattern made to be slow take no time to speak of")
    func hostilePattern() {
        var texts = RuleTexts()
        texts.configuration = Array((String(repeating: "*a", count: 500) + "b\n" + String(repeating: "**/a", count: 300) + "/b").utf8)
        let scope = RuleScope(texts)
        #expect(!scope.excludes(Array(repeating: UInt8(ascii: "a"), count: 250), in: Array(String(repeating: "a/", count: 1000).utf8.dropLast()), isDirectory: false))
    }

    @Test("choose what is sent, and protect it on the receiver")
    func protection() async throws {
        let trees = try TreePair()
        try trees.inSource("""
            git init -q . && mkdir -p src/gen target/debug node_modules/x .loom/worktrees && printf 'target/\\n*.log\\n!keep.log\\n' > .gitignore \
            && printf '/gen\\n' > src/.gitignore && echo '*.slt' > .sltignore && echo secret > .git/info/exclude \
            && for f in src/a src/gen/b target/debug/c node_modules/x/d e.log keep.log f.slt secret .loom/worktrees/g; do echo $f > $f; done
            """)
        try trees.inTarget("""
            mkdir -p target/release src/gen old/target src/mine && echo ref > .git && echo built > target/release/bin && echo log > other.log && echo x > src/gen/x \
            && echo kept > old/target/obj && echo gone > old/file && echo gone > src/mine/file && echo slt > mine.slt && echo s > secret && mkdir node_modules && echo n > node_modules/n
            """)
        let rules = SourceRules(excludes: ["node_modules/", ".loom/worktrees/"])
        let report = try await trees.push(rules)
        #expect(try trees.inTarget("find . ! -type d | LC_ALL=C sort | tr '\\n' ' '") == "./.git ./.gitignore ./.sltignore ./keep.log ./mine.slt ./node_modules/n ./old/target/obj ./other.log ./secret ./src/.gitignore ./src/a ./src/gen/x ./target/release/bin ")
        #expect(report.deleted.files == 2)
        #expect(report.deleted.directories == 1)
        #expect(try await !trees.push(rules).changed)
    }

    @Test("hold below the top of a repository, in a worktree, and not where nothing asks for them")
    func places() async throws {
        let folder = try TemporaryFolder()
        try shell("""
            cd \(quoted(folder.path)) && git init -q main && cd main && git config user.email a@b && git config user.name n && mkdir -p sub/in && printf '*.tmp\\n/sub/in/x\\n/x\\n' > .gitignore \
            && echo info > .git/info/exclude && touch sub/in/x sub/in/y sub/in/a.tmp sub/in/info && git add -A && git commit -qm m && git worktree add -q ../tree && touch ../tree/sub/in/x ../tree/sub/in/info
            """)
        for top in ["main", "tree"] {
            let target = folder.file("to-\(top)")
            let channels = MemoryChannel.pair()
            async let received = TreeReceiver.run(root: target, over: channels.1)
            _ = try await TreeSender.run(root: folder.file("\(top)/sub/in"), options: SyncOptions(), over: channels.0)
            _ = try await received
            #expect(try shell("ls -A \(quoted(target))") == "y\n")
        }
        let trees = try TreePair()
        try trees.inSource("echo '*.o' > .gitignore && touch a.o && mkdir .git && touch .git/config")
        try await trees.push(.everything)
        #expect(try trees.inTarget("ls -A") == ".gitignore\na.o\n")
    }

    @Test("that cannot be read end the sync before it deletes")
    func unreadable() async throws {
        let trees = try TreePair()
        try trees.inSource("truncate -s 65M .gitignore && echo a > a")
        try trees.inTarget("echo b > b")
        let error = await #expect(throws: SyncError.self) { try await trees.push() }
        #expect(error?.code == .rules)
        #expect(error?.message.contains(".gitignore") == true)
        #expect(try trees.inTarget("ls -A") == "b\n")
    }

    @Test("keep a protected folder from being replaced")
    func blocked() async throws {
        let trees = try TreePair()
        try trees.inSource("printf 'out/\\nkeep\\n' > .gitignore && echo a > out && echo b > mixed")
        try trees.inTarget("mkdir out mixed && echo built > out/bin && echo k > mixed/keep && echo c > mixed/c")
        let report = try await trees.push()
        #expect(report.problems.map(\.kind) == [.blockedByProtected, .blockedByProtected])
        #expect(report.isPartial)
        #expect(try trees.inTarget("cat out/bin mixed/keep mixed/c") == "built\nk\nc\n")
    }
}
