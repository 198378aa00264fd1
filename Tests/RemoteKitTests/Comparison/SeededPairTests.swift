import Fleet
import FoundationEssentials
import Glibc
@testable import RemoteKit
import TestSupport
import Testing

/// Pairs of generated runs with noise, in which regressions, fixes and slowdowns are planted.
@Suite("planted changes between two runs with noise") struct SeededPairTests {
    private struct Author {
        var random: SeededRandom
        let files: Int
        /// CPU seconds of a file, without noise, and how much it varies: from quick and steady to slow and restless.
        var means: [Double] = [], spreads: [Double] = []
        /// Records that fail in every run, and flaky files.
        var failing: Set<Int> = [], flaky: Set<Int> = []

        init(seed: UInt64, files: Int) {
            random = SeededRandom(seed)
            self.files = files
            for file in 0..<files {
                means.append(exp(log(0.002) + (log(20) - log(0.002)) * unit()))
                spreads.append(0.02 + 0.08 * unit())
                if random.below(10) == 0 { failing.insert(file) } else if random.below(25) == 0 { flaky.insert(file) }
            }
        }

        mutating func unit() -> Double { Double(random.next() >> 11) / Double(1 << 53) }

        /// Of a normal distribution (Box and Muller 1958).
        mutating func normal() -> Double { (-2 * log(max(unit(), 1e-12))).squareRoot() * cos(2 * .pi * unit()) }

        mutating func time(_ file: Int) -> Double {
            // Now and then a cold cache, and the clock's ticks.
            let hiccup = random.below(40) == 0 ? 1.3 : 1
            return max(0, means[file] * hiccup * exp(spreads[file] * normal()) + 0.01 * abs(normal()))
        }

        /// - Parameters:
        ///   - machine: how slow the whole machine is.
        ///   - shift: lines that were added at the top of each file.
        mutating func run(machine: Double, shift: Int, broken: Set<Int> = [], mended: Set<Int> = [], slow: [Int: Double] = [:]) -> [FileRecord] {
            (0..<files).map { file in
                let name = "tests/\(file % 7)/f\(file).test", cpu = time(file) * machine * (slow[file] ?? 1)
                var failures: [RecordFailure] = []
                if failing.contains(file), !mended.contains(file) { failures.append(.of("old\(file)", line: 30 + shift)) }
                if broken.contains(file) {
                    failures.append(.of("new\(file)", line: 12 + shift, kind: .unexpectedError))
                    failures.append(.of("follows\(file)", line: 90 + shift, causedBy: 12 + shift))
                }
                var record = FileRecord.passed(name, cpu: cpu, tests: 50)
                if !failures.isEmpty {
                    record.outcome = .fail
                    record.failures = failures.sorted { $0.line < $1.line }
                    record.errors = failures.count
                } else if flaky.contains(file), random.below(2) == 0 {
                    record = record.flaky(FlakyRecord(line: 5 + shift, failed: 1, runs: 2, identity: RecordIdentity(digest: "flaky\(file)", occurrence: 1)))
                }
                return record
            }
        }

        mutating func some(_ count: Int, where isFit: (Int) -> Bool) -> Set<Int> {
            let fit = (0..<files).filter(isFit).shuffled(using: &random)
            return Set(fit.prefix(count))
        }
    }

    /// - Returns: names of planted regressions, fixes and slowdowns, and of those that were found.
    private func pair(seed: UInt64, past: Int) throws -> (planted: [Set<String>], found: [Set<String>], comparison: RunComparison) {
        var author = Author(seed: seed, files: 300)
        let root = try TemporaryFolder()
        func write(_ number: Int, _ records: [FileRecord]) throws -> RunFolder { try WrittenRun("20261121-1\(10000 + number).000000-aaaa", records).write(to: root) }
        for number in 0..<past { _ = try write(number, author.run(machine: 0.8 + 0.4 * author.unit(), shift: 0)) }
        let earlier = try write(past, author.run(machine: 1, shift: 0))
        let (failing, flaky, means) = (author.failing, author.flaky, author.means)
        let broken = author.some(5) { !failing.contains($0) && !flaky.contains($0) }
        let brokenToo = author.some(2) { failing.contains($0) }
        let mended = author.some(4) { failing.contains($0) && !brokenToo.contains($0) }
        // What is slower by less than a few tenths of a second nobody could tell from noise.
        let slow = author.some(6) { !failing.contains($0) && !broken.contains($0) && means[$0] > 0.12 }
        let factors = Dictionary(uniqueKeysWithValues: slow.sorted().map { ($0, 3 + 3 * author.unit()) })
        let later = try write(past + 1, author.run(machine: 0.8 + 0.5 * author.unit(), shift: 7, broken: broken.union(brokenToo), mended: mended, slow: factors))
        let comparison = try RunPair(earlier, later, in: RunCatalog(root: root.path)).comparison
        func names(_ files: Set<Int>) -> Set<String> { Set(files.map { "tests/\($0 % 7)/f\($0).test" }) }
        return ([names(broken.union(brokenToo)), names(mended), names(slow)],
                [Set(comparison.newlyFailing.map(\.file)), Set(comparison.fixed.map(\.file)), Set(comparison.slower.map(\.file))], comparison)
    }

    @Test("in 20 seeded pairs exactly the planted ones are named, with a past and without", arguments: 1...20 as ClosedRange<UInt64>)
    func exact(seed: UInt64) throws {
        let (planted, found, comparison) = try pair(seed: seed, past: seed % 2 == 0 ? 6 : 0)
        #expect(found == planted)
        #expect(comparison.newlyFailing.count == 7 && comparison.newlyFailing.allSatisfy { $0.followers == 1 && $0.further == nil })
        #expect(comparison.fixed.count == 4)
        #expect(comparison.failingOtherwise.isEmpty && comparison.failingUnseen.isEmpty && comparison.flaky.isEmpty && comparison.noLongerRun.isEmpty)
        #expect(comparison.new.isEmpty && comparison.disappeared.isEmpty)
    }
}
