import TestSupport
import Testing
@testable import TreeSync

@Suite("Renamed and copied files") struct RenameTests {
    private static let plain = SyncOptions(compression: .never)

    @Test("send next to nothing, with 50 MB as with 6", arguments: [
        "git mv big moved # 50 MB", "mkdir sub && git mv big sub/big", "git mv sub1 sub2", "cp big copy", "git mv big moved && echo more >> moved",
        "mkdir sub && { head -c 1000000 /dev/urandom; cat big; } > sub/big && rm big", "cp sub1/other third && mv big fourth",
    ])
    func large(_ line: String) async throws {
        let trees = try TreePair(in: "/dev/shm")
        try trees.inSource("git init -q . && mkdir sub1 && head -c \(line.contains("50 MB") ? 50_000_000 : 6_000_000) /dev/urandom > big && head -c 3000000 /dev/urandom > sub1/other && echo s > small && git add -A")
        try await trees.push(options: Self.plain)
        try trees.inSource(line)
        let report = try await trees.push(options: Self.plain)
        #expect(report.problems.isEmpty)
        let new: UInt64 = line.contains("head -c") ? 1_200_000 : line.contains(">>") ? 200_000 : 0
        #expect(report.bytesLiteral <= new)
        #expect(report.bytesToReceiver < new + 100_000)
        #expect(try trees.rsyncDifferences() == "")
        #expect(TreeSnapshot(trees.source + "/sub1").differences(TreeSnapshot(trees.target + "/sub1")).isEmpty)
        #expect(try shell("diff -r --exclude=.git \(quoted(trees.source)) \(quoted(trees.target))") == "")
    }

    @Test("are found in a renamed folder of small ones, and only contents that are the same are taken")
    func small() async throws {
        let trees = try TreePair(in: "/dev/shm")
        try trees.inSource("mkdir -p old/in && for i in $(seq 200); do head -c 20000 /dev/urandom > old/in/$i; done && head -c 30000 /dev/urandom > trap && touch -d 2001-01-01 trap && echo a > a")
        try await trees.push(options: Self.plain)
        // Like another in size and time, and of another content.
        try trees.inSource("mv old new && rm trap && head -c 30000 /dev/urandom > other && touch -d 2001-01-01 other")
        let report = try await trees.push(options: SyncOptions(force: true, compression: .never))
        #expect(report.problems.isEmpty)
        #expect(report.created.files == 201)
        #expect(report.bytesLiteral == 30_000)
        #expect(report.bytesToReceiver < 70_000)
        #expect(try trees.rsyncDifferences() == "")
        #expect(try shell("diff -r \(quoted(trees.source)) \(quoted(trees.target))") == "")
    }

    @Test("whose old state is replaced, protected or linked meanwhile arrive all the same")
    func obstacles() async throws {
        let trees = try TreePair(in: "/dev/shm")
        try trees.inSource("mkdir dir && head -c 2000000 /dev/urandom > dir/f && head -c 2000001 /dev/urandom > a && head -c 2000002 /dev/urandom > b && echo '*.o' > .gitignore && head -c 900000 /dev/urandom > x")
        try await trees.push(options: Self.plain)
        // What the rules protect can be a source too.
        try trees.inTarget("cp -p x kept.o")
        try trees.inSource("mv dir moved && ln -s moved dir && mv a spare && mv b a && mv spare b && mv x y && ln y z")
        let report = try await trees.push(options: SyncOptions(force: true, compression: .never))
        #expect(report.problems.isEmpty)
        #expect(report.bytesLiteral <= 2_000_000)
        #expect(try shell("cd \(quoted(trees.source)) && for f in a b y z moved/f; do cmp $f ../target/$f; done; [ ../target/y -ef ../target/z ] && test -s ../target/kept.o") == "")
        #expect(try await !trees.push().changed)
    }
}
