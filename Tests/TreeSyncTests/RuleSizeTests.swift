import TestSupport
import Testing
@testable import TreeSync

@Suite("Rules of any size") struct RuleSizeTests {
    @Test("hold as in git, in .gitignore, info/exclude and below the top")
    func large() async throws {
        let trees = try TreePair()
        try trees.inSource("""
            git init -q . && mkdir -p d/e && for f in a.o b.c d/a.o d/e/mine d/e/last d/keep; do echo $f > $f; done \
            && (seq 40000 | sed 's,^,generated/file-,'; echo '*.o'; seq 20000 | sed 's,^,other-,') > .gitignore && (seq 400000 | sed 's,^,/nowhere/,'; echo mine) > .git/info/exclude \
            && (seq 90000; echo '!keep'; echo last) > d/e/.gitignore
            """)
        let sizes = try trees.inSource("stat -c %s .gitignore .git/info/exclude d/e/.gitignore").split(separator: "\n").compactMap { Int($0) }
        #expect(sizes[0] > 1_000_000)
        #expect(sizes[1] > 5_000_000)
        #expect(sizes[2] > 512 << 10)
        try trees.inTarget("echo o > x.o && mkdir -p d/e && echo m > d/e/mine && echo gone > gone")
        try await trees.push()
        let wanted = try Sent.byGit(trees.source)
        #expect(wanted == [".gitignore", "b.c", "d/e/.gitignore", "d/keep"])
        #expect(try trees.inTarget("find . -type f -printf '%P\\n' | LC_ALL=C sort").split(separator: "\n").map(String.init) == (wanted + ["d/e/mine", "x.o"]).sorted())
        #expect(try await Sent.files(trees.source + "/d/e").files == Sent.byGit(trees.source + "/d/e"))
    }

    @Test("of thousands of stars are followed as any other")
    func stars() async throws {
        let trees = try TreePair()
        let stars = String(repeating: "*", count: 9000), pairs = String(repeating: "*a", count: 3000), folders = String(repeating: "**/", count: 3000)
        try trees.inSource("git init -q . && mkdir -p x/y/z && for f in n.o n.c x/y/z/deep x/y/aab bbb; do echo $f > $f; done; touch $(printf 'a%.0s' $(seq 250))")
        let (patterns, others) = ([stars + ".o", "x/" + stars + "/" + stars + "b"], [pairs + "b", String(repeating: "*a", count: 100) + "*b", folders + "deep"])
        try trees.folder.write(patterns.joined(separator: "\n"), to: "source/.gitignore")
        #expect(try await Sent.files(trees.source).files == Sent.byGit(trees.source))
        // Git takes minutes for these. Who tries each way of matching does not come to an end.
        try trees.folder.write((patterns + others).joined(separator: "\n"), to: "source/.gitignore")
        #expect(try await Sent.files(trees.source).files == [".gitignore", String(repeating: "a", count: 250), "bbb", "n.c"])
    }

    @Test("that are many, without and with wildcards, are decided by the last that matches")
    func many() {
        var lines = (0..<200).map { "name\($0)" }
        lines += ["!name7", "/dir/name9/", "*8", "!name18", "name19/", "name1*", "!name12", "folder/", "!folder"]
        let list = PatternList(text: Array(lines.joined(separator: "\n").utf8), baseLength: 0)
        func verdict(_ path: String, _ isDirectory: Bool = false) -> String {
            let start = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path.utf8.distance(from: path.utf8.startIndex, to: $0) + 1 } ?? 0
            let found = Array(path.utf8).withUnsafeBufferPointer { list.match(path: $0, nameStart: start, isDirectory: isDirectory) }
            return found.map { "\($0.isNegated ? "!" : "")\($0.line)" } ?? "-"
        }
        #expect(["name3", "name7", "name8", "name18", "name19", "name12", "other"].map { verdict($0) } == ["4", "!201", "203", "206", "206", "!207", "-"])
        #expect(verdict("dir/name9") == "10")
        #expect(verdict("dir/name9", true) == "202")
        #expect(verdict("x/folder") == "!209")
        #expect(verdict("x/folder", true) == "!209")
    }
}
