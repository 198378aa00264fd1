import FoundationEssentials
import Glibc
import TestSupport
import Testing
@testable import TreeSync

@Suite("Deltas") struct DeltaTests {
    @Test("send only what is new of a large file", arguments: [
        ("{ head -c 100 /dev/urandom; cat ../target/f; } > f", 500_000),
        ("cp ../target/f f; dd if=/dev/urandom of=f bs=1M seek=4 count=1 conv=notrunc status=none", 1_600_000),
        ("cat ../target/f > f; head -c 1000 /dev/urandom >> f", 500_000),
        ("tail -c +2000001 ../target/f > f", 500_000),
        ("{ tail -c 4000000 ../target/f; head -c 4000000 ../target/f; } > f", 500_000),
        ("{ cat ../target/f; head -c 2000000 /dev/zero; } > f", 2_400_000),
    ])
    func edits(_ edit: (line: String, most: UInt64)) async throws {
        let trees = try TreePair(in: "/dev/shm")
        try trees.inTarget("head -c 8000000 /dev/urandom > f; touch -d '2001-01-01' f")
        try trees.inSource(edit.line)
        let report = try await trees.push(options: SyncOptions(compression: .never))
        #expect(report.problems.isEmpty)
        #expect(report.updated.files == 1)
        #expect(report.bytesLiteral <= edit.most)
        #expect(try shell("cmp \(quoted(trees.source))/f \(quoted(trees.target))/f") == "")
        #expect(try trees.rsyncDifferences() == "")
    }

    // Above 16 MiB, chunks of the old file are looked for by how far they have moved. One may be as long as 512 KiB, seldom: the files are random.
    @Test("send only what is new of a file of many megabytes, however its content has moved", arguments: [
        ("{ head -c 100 /dev/urandom; cat ../target/f; } > f", 1_200_000),
        ("{ head -c 20000000 ../target/f; head -c 5000 /dev/urandom; tail -c +20000001 ../target/f; } > f; dd if=/dev/urandom of=f bs=1M seek=50 count=1 conv=notrunc status=none", 2_500_000),
        ("{ tail -c 30000000 ../target/f; head -c 30000000 ../target/f; } > f", 2_000_000),
        ("{ cat ../target/f; cat ../target/f; } > f", 2_000_000),
        ("{ head -c 7000000 ../target/f; tail -c +7300001 ../target/f | head -c 30000000; tail -c 9000000 ../target/f; } > f", 3_500_000),
        ("head -c 61000000 /dev/urandom > f", 61_000_000),
        ("{ for i in 5 1 4 0 3 2; do tail -c +$((i * 10000000 + 1)) ../target/f | head -c 10000000; done; } > f", 5_000_000),
    ])
    func moved(_ edit: (line: String, most: UInt64)) async throws {
        let trees = try TreePair(in: "/dev/shm")
        try trees.inTarget("head -c 61000000 /dev/urandom > f; touch -d '2001-01-01' f")
        try trees.inSource(edit.line)
        let report = try await trees.push(options: SyncOptions(compression: .never))
        #expect(report.problems.isEmpty)
        #expect(report.updated.files == 1)
        #expect(report.bytesLiteral <= edit.most)
        #expect(try shell("cmp \(quoted(trees.source))/f \(quoted(trees.target))/f") == "")
        #expect(try trees.rsyncDifferences() == "")
    }

    @Test("are taken of small files too where the other side is far", arguments: [true, false])
    func small(isFar: Bool) async throws {
        let trees = try TreePair()
        try trees.inTarget("for i in $(seq 50); do head -c 60000 /dev/urandom > $i; done")
        try trees.inSource("cp -a ../target/. .; for i in $(seq 50); do echo more >> $i; done")
        var options = SyncOptions(compression: .never)
        options.isFar = isFar
        let report = try await trees.push(options: options)
        #expect(report.updated.files == 50)
        #expect(isFar ? report.bytesToReceiver < 600_000 : report.bytesToReceiver > 3_000_000)
        #expect(try trees.rsyncDifferences() == "")
        #expect(try shell("diff -r \(quoted(trees.source)) \(quoted(trees.target))") == "")
    }

    @Test("set only the time of a large file whose content is the same", arguments: [
        "head -c 3000000 /dev/urandom", "head -c 3000000 /dev/zero", "head -c 40000000 /dev/zero", "head -c 40000000 /dev/urandom",
        "yes a line | head -c 30000000",
    ])
    func sameContent(_ content: String) async throws {
        let trees = try TreePair()
        try trees.inSource("\(content) > f; cp f ../target/f; touch -d '2001-01-01' f; ln ../target/f ../kept")
        let report = try await trees.push()
        #expect(report.touched.files == 1)
        #expect(report.bytesLiteral == 0)
        // Not written anew: it still is the same inode.
        #expect(try trees.inTarget("[ f -ef ../kept ] && echo same") == "same\n")
        #expect(try trees.rsyncDifferences() == "")
    }

    @Test("cope with a file that has nothing in common with the old one, or is all zeros")
    func strangers() async throws {
        let trees = try TreePair()
        try trees.inSource("head -c 3000000 /dev/urandom > f; head -c 9000000 /dev/zero > z; head -c 700000 /dev/urandom > s")
        try trees.inTarget("head -c 2500000 /dev/urandom > f; head -c 8000000 /dev/zero > z; ln -s /etc/passwd s")
        let report = try await trees.push()
        #expect(report.problems.isEmpty)
        #expect(try trees.rsyncDifferences() == "")
        #expect(try shell("cd \(quoted(trees.source)) && cmp f ../target/f && cmp z ../target/z && cmp s ../target/s") == "")
    }

    @Test("leave holes where they are, also when what lies between them has moved")
    func holes() async throws {
        let trees = try TreePair(in: "/dev/shm")
        let noise = { (place: Int) in "head -c 5000 /dev/urandom | dd of=f bs=1 seek=\(place) conv=notrunc status=none" }
        try trees.inTarget("truncate -s 5442886 f; \(noise(1_234_567)); cp f g")
        try trees.inSource("truncate -s 2654835 f; \(noise(1_034_567)); \(noise(2_034_567)); { head -c 777 /dev/urandom; cat ../target/g; } > g.new; cp --sparse=always g.new g; rm g.new")
        let report = try await trees.push(options: SyncOptions(compression: .never))
        #expect(report.bytesLiteral < 100_000)
        #expect(try trees.inTarget("cmp f ../source/f; cmp g ../source/g; du -k f g | awk '$1 > 60'") == "")
        #expect(try trees.rsyncDifferences() == "")
    }

    @Test("take in what an interrupted sync left of a large file")
    func leftover() async throws {
        let trees = try TreePair()
        try trees.inSource("head -c 8000000 /dev/urandom > f")
        let name = String(decoding: TemporaryName.make(for: Array("f".utf8)), as: UTF8.self)
        let stale = String(decoding: TemporaryName.make(), as: UTF8.self)
        try trees.inSource("head -c 5000000 f > ../target/\(name); echo x > ../target/\(stale)")
        let report = try await trees.push(options: SyncOptions(compression: .never))
        #expect(report.problems.isEmpty)
        #expect(report.bytesLiteral < 3_500_000)
        #expect(try trees.inTarget("cmp f ../source/f; ls -A") == "f\n")
        #expect(try trees.rsyncDifferences() == "")
    }

    @Test("do not leave a part beside a file that has come by itself since")
    func stalePart() async throws {
        let trees = try TreePair()
        try trees.inSource("head -c 3000000 /dev/urandom > f; cp f g; cp f h")
        try await trees.push()
        for (name, change) in [("f", "true"), ("g", "chmod 600 g"), ("h", "touch -d 2001-01-01 h")] {
            let part = String(decoding: TemporaryName.make(for: Array(name.utf8)), as: UTF8.self)
            try trees.inTarget("head -c 2000000 f > \(part)")
            try trees.inSource(change)
        }
        #expect(try await trees.push().problems.isEmpty)
        #expect(try trees.inTarget("ls -A | tr '\\n' ' '") == "f g h ")
        #expect(try await !trees.push().changed)
        #expect(try trees.rsyncDifferences() == "")
    }

    @Test("are whole whenever the connection breaks, and use what came before", arguments: [3, 9, 16])
    func resume(after messages: Int) async throws {
        let trees = try TreePair(in: "/dev/shm")
        try trees.inSource("head -c 18000000 /dev/urandom > f")
        _ = await #expect(throws: (any Error).self) {
            try await trees.push(options: SyncOptions(compression: .never), channels: MemoryChannel.pair(cutAfter: messages))
        }
        #expect(try trees.inTarget("ls") == "")
        let kept = try trees.inTarget("find . -type f -printf '%k\\n'").split(separator: "\n").compactMap { UInt64($0) }.reduce(0, +) * 1024
        let report = try await trees.push(options: SyncOptions(compression: .never))
        #expect(report.problems.isEmpty)
        #expect(report.bytesLiteral <= 18_000_000 - min(kept, 18_000_000) + 3_000_000)
        #expect(try trees.inTarget("cmp f ../source/f; ls -A") == "f\n")
        #expect(try trees.rsyncDifferences() == "")
    }

    @Test("cut at the same places however a file is read")
    func chunks() throws {
        let folder = try TemporaryFolder()
        try shell("cd \(quoted(folder.path)) && head -c 9000000 /dev/urandom > f")
        let all = Array(try Data(contentsOf: URL(filePath: folder.file("f"))))
        let rule = try #require(ChunkRule(bits: 13))
        let whole = all.withUnsafeBytes { rule.cuts(in: $0, from: 0) }
        #expect(whole.count > 500)
        #expect(whole.count < 1500)
        for start in [1, 777, 100_000, 5_000_001] {
            let before = min(start, rule.lookBack)
            let part = all[(start - before)...].withUnsafeBytes { rule.cuts(in: $0, from: before) }.map { $0 + start - before }
            #expect(part == whole.filter { $0 > start })
        }
        let descriptor = open(folder.file("f"), O_RDONLY)
        defer { close(descriptor) }
        let recipe = try #require(FileRecipe(of: descriptor, 0..<all.count, rule: rule, threads: 3))
        #expect(recipe.chunks.reduce(0) { $0 + $1.length } == all.count)
        let middle = try #require(FileRecipe(of: descriptor, 5_000_001..<8_000_000, rule: rule, threads: 2))
        #expect(middle.chunks.reduce(0) { $0 + $1.length } == 2_999_999)
        #expect(Set(middle.chunks.dropFirst().dropLast()).isSubset(of: Set(recipe.chunks)))
        var place = 0
        for chunk in recipe.chunks {
            #expect(all[place..<place + chunk.length].withUnsafeBytes { ContentDigest.of($0) } == chunk.digest)
            place += chunk.length
        }
    }

    @Test("say why what is there cannot be copied")
    func failures() throws {
        let folder = try TemporaryFolder()
        try shell("cd \(quoted(folder.path)) && head -c 2000000 /dev/urandom > f")
        let rule = ChunkRule(fileSize: 2_000_000)
        let source = try #require(DeltaFile.OpenSource(open(folder.file("f"), O_RDWR)))
        let pending = PendingFile(id: 0, path: TreePath("f"), size: 2_000_000, attributes: Attributes(mode: 0o644, seconds: 0, nanoseconds: 0),
                                  replacement: .entry, differences: [])
        let delta = DeltaFile(LargeFile(.init(file: pending)), sources: [source], rule: rule)
        let recipe = try #require(FileRecipe(of: source.descriptor, 0..<source.size, rule: rule, threads: 2))
        try delta.add(recipe.chunks, isLast: true, limit: .max)
        let plan = delta.plan(threads: 2)
        let full = open("/dev/full", O_WRONLY), null = open("/dev/null", O_WRONLY)
        defer { close(full); close(null) }
        try delta.copy(plan, to: null, threads: 3)
        #expect(throws: Errno(ENOSPC)) { try delta.copy(plan, to: full, threads: 3) }
        #expect(pwrite(source.descriptor, "other", 5, 1_000_000) == 5)
        #expect(throws: Errno(EBUSY)) { try delta.copy(plan, to: null, threads: 3) }
    }
}
