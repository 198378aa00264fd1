import FoundationEssentials
import TestSupport
import Testing
@testable import TreeSync

/// `make fuzz-sync` sets these: the first seed, and how many seeds.
enum SyncFuzz {
    static let first = number("SEED") ?? 1
    static let runs = number("SYNC_FUZZ_RUNS") ?? 2
    static var seeds: [UInt64] { (0..<runs).map { UInt64(truncatingIfNeeded: first &+ $0) } }

    private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }
}

@Suite("Random trees") struct RandomTreeTests {
    private static let rounds = 5
    private static let mutations = 110

    /// What rsync would change, as it says it, in raw bytes.
    private func rsyncLines(_ trees: TreePair, _ flags: String) throws -> Set<[UInt8]> {
        try trees.folder.write("shift\nexec \"$@\"\n", to: "rsh")
        let output = try shell("rsync -aHnic -8 --modify-window=-1 --delete \(flags) -e \(quoted("sh " + trees.folder.file("rsh"))) \(quoted(trees.source))/ host:\(quoted(trees.target))/ > \(quoted(trees.folder.file("lines"))) 2>&1; echo $?")
        try #require(output == "0\n", "\((try? shell("tail -5 \(quoted(trees.folder.file("lines")))")) ?? "")")
        let bytes = Array(try Data(contentsOf: URL(filePath: trees.folder.file("lines"))))
        return Set(bytes.split(separator: 0x0a).map { Self.unescaped($0) })
    }

    /// rsync writes a byte that it does not print as `\#` and three octal digits.
    private static func unescaped(_ line: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        var rest = line
        while let byte = rest.first {
            let digits = rest.dropFirst(2).prefix(3)
            if rest.starts(with: [0x5c, 0x23]), digits.count == 3, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8) {
                out.append(value)
                rest = rest.dropFirst(5)
            } else {
                out.append(byte)
                rest = rest.dropFirst()
            }
        }
        return out
    }

    private static func line(_ change: SyncChange) -> [UInt8] {
        let slash: [UInt8] = change.type == .directory ? [0x2f] : []
        let target = change.kind == .delete ? [] : change.target.map { Array((change.type == .file ? " => " : " -> ").utf8) + $0.bytes } ?? []
        return Array(change.letters.utf8) + [0x20] + (change.path.bytes.isEmpty ? [0x2e] : change.path.bytes) + slash + target
    }

    @Test("of 550 changes of every kind arrive exactly, whatever the receiver has done meanwhile", arguments: SyncFuzz.seeds)
    func mutations(seed: UInt64) async throws {
        var random = SeededRandom(seed &* 2)
        let trees = try TreePair(in: "/dev/shm")
        var source = TreeMutator(trees.source, SeededRandom(random.next()), clock: 1_000_000_000)
        var target = TreeMutator(trees.target, SeededRandom(random.next()), clock: 2_000_000_000)
        for round in 0..<Self.rounds {
            source.mutate(Self.mutations)
            if round > 0 { target.mutate(10) }
            var options = SyncOptions(force: true, compression: [.always, .never, .adaptive].randomElement(using: &random)!)
            options.isFar = Bool.random(using: &random)
            let report = Bool.random(using: &random)
                ? try await trees.push(options: options)
                : try await trees.pull(options: options, policy: .trusted)
            #expect(report.problems.isEmpty, "seed \(seed), round \(round): \(report.problems.prefix(5))")
            let left = try rsyncLines(trees, "").map { String(decoding: $0, as: UTF8.self) }
            #expect(left.isEmpty, "seed \(seed), round \(round): \(left.prefix(5))")
            let differences = TreeSnapshot(trees.source).differences(TreeSnapshot(trees.target))
            #expect(differences.isEmpty, "seed \(seed), round \(round): \(differences.prefix(5))")
            #expect(try await !trees.push(options: options).changed)
        }
        let missing = TreeMutator.Kind.allCases.filter { source.done[$0] == nil }
        #expect(missing.isEmpty, "seed \(seed): never done: \(missing), \(source.done)")
        #expect(source.done.values.reduce(0, +) >= 400, "seed \(seed): never done: \(missing), \(source.done)")
        try shell("chmod -R u+w \(quoted(trees.folder.path))")
    }

    @Test("that are watched arrive exactly though only parts of them are sent", arguments: SyncFuzz.seeds, [Set<TreeMutator.Kind>(), [.hardLink, .brokenHardLink, .movedHardLink]])
    func watched(seed: UInt64, without: Set<TreeMutator.Kind>) async throws {
        let trees = try TreePair(in: "/dev/shm")
        var source = TreeMutator(trees.source, SeededRandom(seed &* 3 &+ 7), clock: 1_000_000_000, without: without)
        source.mutate(60)
        let watched = trees.watched(), options = SyncOptions(force: true)
        try await trees.push(watched, options: options)
        var parts = 0
        for round in 0..<12 {
            source.mutate(8)
            var differences: [String] = []
            let isSame = try await eventually {
                await watched.change()
                do {
                    if try await trees.push(watched, options: options).isPart { parts += 1 }
                } catch let error as SyncError where error.code == .notApart {
                    try await trees.push(watched, options: options)
                }
                differences = TreeSnapshot(trees.source).differences(TreeSnapshot(trees.target))
                return differences.isEmpty
            }
            #expect(isSame, "seed \(seed), round \(round): \(differences.prefix(5))")
            guard isSame else { break }
        }
        // With hard links about, it may be that none can be sent alone.
        if !without.isEmpty { #expect(parts > 0) }
        // What it knows of the folders that it did not look at is true.
        try trees.inSource("touch last")
        await watched.change()
        let last = try? await trees.push(watched, options: options)
        if let last { #expect(try await trees.push(options: options).treeDigest == last.report.treeDigest) }
        try shell("chmod -R u+w \(quoted(trees.folder.path))")
    }

    @Test("are itemized and compared as rsync does it, by digest alone too", arguments: SyncFuzz.seeds)
    func lines(seed: UInt64) async throws {
        var random = SeededRandom(seed &* 2 + 1)
        let trees = try TreePair(in: "/dev/shm")
        // Which name of a file is the first depends on the order of the walk, which is not rsync's.
        var source = TreeMutator(trees.source, SeededRandom(random.next()), clock: 1_000_000_000, without: [.hardLink])
        var target = TreeMutator(trees.target, SeededRandom(random.next()), clock: 2_000_000_000, without: [.hardLink])
        let rules = SourceRules(excludes: ["*.o", "/keep/"])
        try trees.inTarget("mkdir keep && echo kept > keep/kept && echo kept > mine.o")
        for round in 0..<Self.rounds {
            source.mutate(Self.mutations)
            if round > 0 { target.mutate(10) }
            try trees.inSource("find . -name '*.o' -type d -exec rm -rf {} +; true")
            try trees.inTarget("find . -mindepth 2 -name '*.o' -exec rm -rf {} +; true")
            let guarded = "find keep/ mine.o -printf '%p %i %m %s %T@\\n' 2>/dev/null; true"
            let before = try trees.inTarget(guarded)
            let wanted = try rsyncLines(trees, "--exclude='*.o' --exclude=/keep/")
            for isDry in [true, false] {
                let log = EventLog()
                var options = SyncOptions(dryRun: isDry, checksum: Bool.random(using: &random), force: true, itemize: true)
                options.isFar = Bool.random(using: &random)
                let report = try await trees.push(rules, options: options, events: log.handler)
                #expect(report.problems.isEmpty, "seed \(seed), round \(round): \(report.problems.prefix(5))")
                let lines = Set(log.changes.map(Self.line))
                let odd = lines.symmetricDifference(wanted).map { (lines.contains($0) ? "+ " : "- ") + String(decoding: $0, as: UTF8.self) }
                #expect(odd.isEmpty, "seed \(seed), round \(round), dry \(isDry): \(odd.prefix(6))")
                #expect(lines.count == log.changes.count, "seed \(seed), round \(round), dry \(isDry): \(odd.prefix(6))")
            }
            let after = try trees.inTarget(guarded)
            #expect(after == before, "seed \(seed), round \(round): \(before) became \(after)")
        }
        try shell("chmod -R u+w \(quoted(trees.folder.path))")
    }
}
