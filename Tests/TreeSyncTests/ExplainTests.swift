import TestSupport
import Testing
@testable import TreeSync

@Suite("An explanation") struct ExplainTests {
    @Test("names the rule, file and line that git check-ignore names", arguments: [1, 2, 3] as [UInt64])
    func oracle(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let folder = try TemporaryFolder()
        let (repository, root) = (folder.file("repository"), folder.file("repository/top/root"))
        try shell("git init -q \(quoted(repository)) && git -C \(quoted(repository)) config core.excludesFile \(quoted(folder.file("mine")))")
        let pieces = ["a", "b", "c", "*", "?", "[ab]", "*.o", "**", "a*", "\\a"]
        func pattern() -> String {
            let names = (0..<Int.random(in: 1...2, using: &random)).map { _ in pieces.randomElement(using: &random)! }
            let start = Int.random(in: 0..<3, using: &random) == 0 ? "!" : ""
            return start + names.joined(separator: "/") + (Int.random(in: 0..<3, using: &random) == 0 ? "/" : "")
        }
        func text() -> String { (["# why", ""] + (0..<3).map { _ in pattern() }).shuffled(using: &random).joined(separator: "\n") }
        for name in ["a", "b", "c", "a.o", "d"] {
            for other in ["a", "b", "b.o", "e/a", "e/f"] { try folder.write("x", to: "repository/top/root/\(name)/\(other)") }
            try folder.write("x", to: "repository/top/root/\(name).txt")
        }
        // Nothing in it may match the root itself, which git would judge and a sync never does.
        try folder.write("# above\n" + ["a/b", "/root/d", "*.o", "c.txt", "e/"].shuffled(using: &random).prefix(3).joined(separator: "\n"), to: "repository/top/.gitignore")
        for place in ["top/root/.gitignore", "top/root/a/.gitignore", "top/root/d/e/.gitignore"] {
            try folder.write(text(), to: "repository/\(place)")
        }
        try folder.write("# info\n/top/root/a/a\n!/top/root/d/a\n", to: "repository/.git/info/exclude")
        try folder.write("*.txt\n!b.txt\n", to: "mine")
        let paths = try shell("cd \(quoted(root)) && find . -mindepth 1 -printf '%P\\n'").split(separator: "\n").map(String.init)
        try folder.write(paths.joined(separator: "\0"), to: "asked")
        let output = try shell("cd \(quoted(root)) && git check-ignore -zvn --no-index --stdin < \(quoted(folder.file("asked")))", status: nil)
        let fields = output.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
        #expect(fields.count == 4 * paths.count + 1)
        let rules = SourceRules(usesGitSettings: true)
        var decided = 0
        for (index, path) in paths.enumerated() {
            let found = try rules.explain(TreePath(path), root: root)
            let (source, line, pattern) = (fields[4 * index], fields[4 * index + 1], fields[4 * index + 2])
            #expect(found.isSent == (pattern.isEmpty || pattern.hasPrefix("!")), "\(path): \(found), git: \(source):\(line):\(pattern)")
            #expect(found.rule?.text ?? "" == pattern, "\(path): \(found)")
            guard case .file(let file, let number)? = found.rule?.place else { continue }
            decided += 1
            #expect("\(number)" == line, "\(path)")
            let named = file.hasPrefix("/") ? file : root + "/" + file
            #expect(named == (source.hasPrefix("/") ? source : repository + "/" + source), "\(path)")
        }
        #expect(decided > 10)
    }

    @Test("names patterns of the configuration by their place, folders above, and what is never sent")
    func places() throws {
        let trees = try TreePair()
        try trees.inSource("mkdir -p .git d/e && touch .git/x d/e/f a.o b.o keep .slt-remote.0123456789abcdef.tmp && mkfifo d/pipe && echo '*.slt' > d/.sltignore && touch d/x.slt")
        let rules = SourceRules(excludes: ["one\ntwo", "d/e/", "*.o", "!b.o"])
        func explain(_ path: String) throws -> RuleExplanation { try rules.explain(TreePath(path), root: trees.source) }
        #expect(try explain("d/e/f") == RuleExplanation(path: TreePath("d/e/f"), verdict: .excluded, rule: .init(place: .patterns(1), text: "d/e/", matched: "d/e/")))
        #expect(try explain("a.o").rule == .init(place: .patterns(2), text: "*.o", matched: "a.o"))
        #expect(try explain("b.o") == RuleExplanation(path: TreePath("b.o"), verdict: .sent, rule: .init(place: .patterns(3), text: "!b.o", matched: "b.o")))
        #expect(try explain("d/x.slt").rule == .init(place: .file("d/.sltignore", line: 1), text: "*.slt", matched: "d/x.slt"))
        #expect(try explain("keep") == RuleExplanation(path: TreePath("keep"), verdict: .sent))
        #expect(try explain("") == RuleExplanation(path: TreePath(""), verdict: .sent))
        #expect(try explain("d/pipe").verdict == .unsupported)
        for never in [".git", ".git/x", ".slt-remote.0123456789abcdef.tmp"] { #expect(try explain(never).verdict == .never) }
        for wrong in ["nowhere", "d/nowhere", "keep/x"] {
            let error = #expect(throws: SyncError.self) { try explain(wrong) }
            #expect(error?.code == .source)
            #expect(error?.message.contains("'\(wrong)'") == true)
        }
    }
}
