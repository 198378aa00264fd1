import TestSupport
import Testing
@testable import TreeSync

@Suite("Random trees") struct RandomTreeTests {
    @Test("arrive as rsync would bring them, after any change on either side", arguments: [11, 12, 13, 14] as [UInt64])
    func mutations(seed: UInt64) async throws {
        var random = SeededRandom(seed)
        let trees = try TreePair(in: "/dev/shm")
        for round in 0..<6 {
            var lines = ["export LC_ALL=C"]
            for index in 0..<50 { lines.append(mutation(&random, "\(round)\(index)")) }
            try trees.folder.write(lines.joined(separator: "\n"), to: "mutate.sh")
            try trees.inSource("sh ../mutate.sh 2>/dev/null; true")
            // The destination changes too, but not so much that deleting would be refused.
            if round > 0 {
                try trees.folder.write((0..<6).map { mutation(&random, "t\(round)\($0)") }.joined(separator: "\n"), to: "mutate.sh")
                try trees.inTarget("sh ../mutate.sh 2>/dev/null; true")
            }
            let options = SyncOptions(force: true, compression: [.always, .never, .adaptive].randomElement(using: &random)!)
            let report = Bool.random(using: &random)
                ? try await trees.push(options: options)
                : try await trees.pull(options: options, policy: .trusted)
            let left = try trees.rsyncDifferences()
            #expect(left == "", "seed \(seed), round \(round): \(left)")
            #expect(report.problems.isEmpty, "\(report.problems)")
            #expect(try await !trees.push(options: options).changed)
        }
    }

    /// A line of sh that changes something in the current folder.
    private func mutation(_ random: inout SeededRandom, _ unique: String) -> String {
        let names = ["a", "b", "c", "'d e'", "\"$(printf 'n\\nl')\"", "-x", "\"$(printf '\\377')\"", ".hidden", "long-\(unique)"]
        func path() -> String {
            "./" + (0..<Int.random(in: 1...3, using: &random)).map { _ in names.randomElement(using: &random)! }.joined(separator: "/")
        }
        let target = path()
        let size = [0, 1, 100, 5000, 131_072, 131_073, 700_000].randomElement(using: &random)!
        return switch Int.random(in: 0..<12, using: &random) {
        case 0, 1, 2: "mkdir -p \"$(dirname -- \(target))\"; head -c \(size) /dev/urandom > \(target)"
        case 3: "mkdir -p \(target)"
        case 4: "rm -rf \(target); ln -s \(["a", "/nowhere", "../b", "."].randomElement(using: &random)!) \(target)"
        case 5: "rm -rf \(target)"
        case 6: "chmod \(["600", "644", "755", "400", "4711", "1777"].randomElement(using: &random)!) \(target)"
        case 7: "touch -h -d @\(Int.random(in: 0..<2_000_000_000, using: &random)).\(Int.random(in: 100_000_000..<999_999_999, using: &random)) \(target)"
        case 8: "mv \(target) \(path())"
        case 9: "echo \(unique) >> \(target)"
        case 10: "rm -rf \(target); mkdir -p \(target)/deep/er; echo \(unique) > \(target)/deep/er/f"
        default: "cp -a \(target) \(path())"
        }
    }
}
