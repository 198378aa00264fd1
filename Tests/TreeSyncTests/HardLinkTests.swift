import TestSupport
import Testing
@testable import TreeSync

@Suite("Hard links") struct HardLinkTests {
    private func differences(_ trees: TreePair) throws -> String {
        try shell("rsync -aHnic --delete \(quoted(trees.source))/ \(quoted(trees.target))/ 2>&1")
    }

    @Test("stay links, and their content travels once")
    func links() async throws {
        let trees = try TreePair()
        try trees.inSource("mkdir -p d/e; head -c 300000 /dev/urandom > a; ln a d/b; ln a d/e/c; echo x > x; ln x y; touch -d 2001-01-01 d d/e")
        let report = try await trees.push(options: SyncOptions(compression: .never))
        #expect(report.bytesLiteral < 400_000)
        #expect(report.problems.isEmpty)
        #expect(try trees.inTarget("[ a -ef d/b ] && [ a -ef d/e/c ] && [ x -ef y ] && stat -c %h a x") == "3\n2\n")
        #expect(try differences(trees) == "")
        #expect(try await !trees.push().changed)
    }

    @Test("are made, kept and broken as the source says")
    func changes() async throws {
        let trees = try TreePair()
        try trees.inSource("mkdir d; echo 1 > a; cp a b; echo 2 > c; ln c d/c; echo 3 > e; ln e f; ln e g")
        try await trees.push()
        // Linked anew, content changed, one name less, and a folder where a name was.
        try trees.inSource("ln -f a b; echo changed > c; touch -d 2020-02-02 c; rm f; rm g; mkdir g; echo 4 > g/h; ln g/h d/z; touch -d 2001-01-01 d g")
        let report = try await trees.push()
        #expect(report.problems.isEmpty)
        #expect(try differences(trees) == "")
        #expect(try trees.inTarget("[ a -ef b ] && [ c -ef d/c ] && [ g/h -ef d/z ] && cat d/c") == "changed\n")
        #expect(try await !trees.push().changed)
    }

    @Test("that only the receiver has are parted where one of the names is to change", arguments: [0, 10, 200_000, 2_000_000])
    func parted(size: Int) async throws {
        let trees = try TreePair(in: "/dev/shm")
        try trees.inSource("head -c \(size) /dev/urandom > a; for i in b c d; do cp a $i; done; touch -d 2001-01-01 a b c d; chmod 600 a b c d")
        try trees.inTarget("cp -p ../source/a a; for i in b c d; do ln a $i; done")
        // All are as they should be.
        #expect(try await trees.push().touched.files == 0)
        try trees.inSource("touch -d 2002-02-02 b; chmod 640 c")
        let report = try await trees.push(options: SyncOptions(compression: .never))
        #expect(report.problems.isEmpty)
        #expect(report.bytesLiteral <= 2 * 200_000)
        #expect(TreeSnapshot(trees.source).entries.filter { $0.key != [] }.mapValues { [$0.time, Int($0.mode)] } == TreeSnapshot(trees.target).entries.filter { $0.key != [] }.mapValues { [$0.time, Int($0.mode)] })
        try trees.inSource("touch -d 2003-03-03 a")
        try await trees.push()
        #expect(try differences(trees) == "")
        #expect(try await !trees.push().changed)
        #expect(try shell("cd \(quoted(trees.source)) && for f in a b c d; do cmp $f ../target/$f; done") == "")
    }

    @Test("arrive under all other names where what the receiver protects is in the way of the first", arguments: ["a", "a b", "d", "d a"])
    func blocked(_ names: String) async throws {
        let trees = try TreePair()
        try trees.inSource("echo mine > .gitignore && mkdir d && echo content > d/first && ln d/first a && ln d/first b && ln d/first c && ln -s t d/link && ln d/link l && ln d/link m")
        // A folder in the place of a file, or a file that is protected in the place of the folder.
        let blocks = names.split(separator: " ").map { $0 == "d" ? "mkdir -p x && echo mine > .gitignore && rm -rf d && echo f > d" : "mkdir \($0) && echo host > \($0)/mine" }
        try trees.inTarget(blocks.joined(separator: " && "))
        let rules = SourceRules(excludes: names.contains("d") ? ["/x"] : [])
        if names.contains("d") {
            // Of a folder that cannot be made, nothing arrives.
            try trees.inTarget("rm d && mkdir -p d/first && echo host > d/first/mine")
        }
        for round in 1...2 {
            let report = try await trees.push(rules, options: SyncOptions(force: true))
            #expect(report.problemCount == names.split(separator: " ").count, "\(round): \(report.problems)")
            let there = ["d/first", "a", "b", "c"].filter { name in !names.split(separator: " ").contains { $0 == name || name.hasPrefix($0 + "/f") } }
            #expect(try trees.inTarget("stat -c %h \(there.joined(separator: " ")) | sort -u") == "\(there.count)\n")
            #expect(try trees.inTarget("cat \(there.joined(separator: " ")) | sort -u") == "content\n")
            #expect(try trees.inTarget("[ $(stat -c %i l) = $(stat -c %i m) ] && readlink l") == "t\n")
            #expect(round == 1 || !report.changed)
        }
    }

    @Test("do not hang on a first name that is gone, replaced or unreadable when it is to be sent",
          arguments: ["rm a", "rm a b", "rm a && echo another > a", "rm a && echo another > a && rm b && echo third > b", "mv a moved", "rm a && mkdir a", "rm a && ln -s x a"], [10, 700_000])
    func vanishing(_ line: String, size: Int) async throws {
        for old in ["true", "echo old > a; ln a b; ln a c", "head -c \(size - 1) source > a; cp a b; cp a c", "cp -p source c"] {
            let trees = try TreePair()
            try trees.inSource("head -c \(size) /dev/urandom > a && ln a b && ln a c && ln a d")
            try trees.inTarget("cp -p ../source/a source && \(old)")
            try await trees.push(changing: line, options: SyncOptions(force: true))
            // What still is a name of the file has its content, whatever became of the first.
            #expect(try trees.inSource("for f in a b c d; do [ $f -ef d ] && { cmp $f ../target/$f; [ ../target/$f -ef ../target/d ] || echo $f is apart; }; done; true") == "", "\(old)")
            let names = try trees.inSource("stat -c %h d"), there = try trees.inTarget("stat -c %h d")
            #expect(line == "mv a moved" || names == there)
            // A file that took the place of a name is not mixed up with the others.
            if line.contains("another") { #expect(try trees.inTarget("cat a") == "another\n") }
            #expect(try await trees.push(options: SyncOptions(force: true)).problems.isEmpty)
            #expect(try differences(trees) == "")
        }
    }

    @Test("keep the content of the first where that is only changed")
    func growing() async throws {
        let trees = try TreePair()
        try trees.inSource("echo one > a && ln a b")
        try await trees.push(changing: "echo two >> a")
        #expect(try trees.inTarget("[ a -ef b ] && cat b") == "one\ntwo\n")
    }

    @Test("of symbolic links stay, are made, moved and parted as rsync has them")
    func symbolic() async throws {
        let trees = try TreePair()
        try trees.inSource("mkdir d && ln -s one a && ln a d/b && ln -s two x && ln -s two y && ln -s three z && ln z z2 && touch -h -d 2001-01-01 x y d")
        try await trees.push()
        #expect(try trees.inTarget("[ $(stat -c %h a) = 2 ] && [ $(stat -c %i a) = $(stat -c %i d/b) ] && stat -c %h x z2") == "1\n2\n")
        #expect(try differences(trees) == "")
        #expect(try await !trees.push().changed)
        try trees.inSource("ln -f x y && rm d/b && ln -s one d/b && touch -h -d 2002-02-02 d/b && ln -sfn four z && rm z2 && ln z z2 && ln z z3")
        try await trees.push()
        #expect(try differences(trees) == "")
        #expect(try await !trees.push().changed)
    }

    @Test("to what is no file of the manifest are refused")
    func hostile() throws {
        var reader = ManifestReader(policy: .untrusted)
        var writer = ByteWriter()
        writer.attributes(Attributes(mode: 0o755, seconds: 0, nanoseconds: 0))
        writer.byte(3)
        writer.number(1)
        writer.byte(EntryKind.file.rawValue | 128)
        writer.string("f".utf8)
        writer.attributes(Attributes(mode: 0o644, seconds: 1, nanoseconds: 0))
        writer.number(4)
        writer.number(0)
        #expect(throws: SyncError.self) { try reader.read([MessageKind.manifest.rawValue, 0] + writer.bytes) }
    }

    @Test("and excluded files go with deleteExcluded, but never a repository")
    func deleteExcluded() async throws {
        let trees = try TreePair()
        try trees.inSource("echo '*.o' > .gitignore; echo a > a; mkdir -p .git; touch .git/HEAD")
        try trees.inTarget("touch x.o; mkdir -p .git target; touch .git/HEAD target/y.o")
        #expect(try await trees.push().deleted.total == 0)
        var options = SyncOptions(force: true)
        options.deleteExcluded = true
        try await trees.push(options: options)
        #expect(try trees.inTarget("find . | LC_ALL=C sort") == ".\n./.git\n./.git/HEAD\n./.gitignore\n./a\n")
    }
}
