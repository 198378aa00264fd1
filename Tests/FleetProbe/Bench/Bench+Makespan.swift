import Fleet
import Glibc
import TestSupport

/// Suites in which few files take most of the time, on as many workers as cores, with and without GNU parallel.
extension Bench {
    private struct Makespan {
        /// As multiples of the bound.
        var new = 0.0, known = 0.0, parallel = 0.0
        /// Share of the cores' time that files used, until there were as many files left as cores.
        var busy = 0.0
    }

    func makespan(seeds: [UInt64]) throws {
        let found = try seeds.map { try makespan(seed: $0) }
        row("makespan of a skewed suite, first run, × bound", rounded(median(found.map(\.new)), 3), "≤ 1.05 with history")
        row("makespan with history, × bound", rounded(median(found.map(\.known)), 3), "≤ 1.05")
        row("the same with GNU parallel, a process a file", rounded(median(found.map(\.parallel)), 3), "no faster")
        row("CPU until the last \(cores) files, with history", rounded(median(found.map(\.busy)) * 100, 1) + " %", "≥ 95 %")
    }

    private func makespan(seed: UInt64) throws -> Makespan {
        let bound = generate(seed)
        let suite = try Suite.discover(workspace: workspace, globs: ["burn*.toy"])
        var found = Makespan()
        let first = try run(workers: cores, suite.selecting(Selection(), history: SuiteHistory(), seed: 1))
        found.new = try time(first, suite) / bound
        _ = try end(first)
        // The latest run counts, whatever those of other seeds say.
        let second = try run(workers: cores, suite.selecting(Selection(), history: history(), seed: 1))
        found.known = try time(second, suite) / bound
        _ = try end(second)
        found.busy = busy(try records(second))
        found.parallel = try parallel() / bound
        return found
    }

    /// - Returns: the larger of total CPU / cores and the longest file, in seconds.
    private func generate(_ seed: UInt64) -> Double {
        var random = SeededRandom(seed)
        var total = 0.0, longest = 0.0
        for number in 0..<240 {
            let share = Double(random.next() % 1_000_000 + 1) / 1_000_000
            let time = min(4, 0.02 / pow(share, 0.9))
            total += time
            longest = max(longest, time)
            // As in real suites, a file that takes longer is mostly larger; the estimate is off by up to a half.
            let size = Int(time * 20_000 * (0.5 + Double(random.next() % 1000) / 1000))
            write("burn \(time)\n" + String(repeating: "#\n", count: size / 2), "burn\(number).toy")
        }
        return max(total / Double(cores), longest)
    }

    private func time(_ directory: RunDirectory, _ suite: Suite) throws -> Double {
        let start = clock.now
        try Supervisor.launch(runDirectory: directory, executable: executable)
        try wait(for: "all files") { try directory.status().done >= suite.files.count }
        return seconds(clock.now - start)
    }

    private func parallel() throws -> Double {
        let start = clock.now
        guard system("cd '\(workspace)' && ls | grep '^burn' | parallel --will-cite -j \(cores) '\(executable)' toy {} >/dev/null") == 0 else {
            throw FleetError(.startFailed, "cannot compare with GNU parallel: apt-get install parallel")
        }
        return seconds(clock.now - start)
    }

    private func busy(_ records: [FileRecord]) -> Double {
        let ends = records.map(\.finishedAt).sorted()
        guard let start = records.map({ $0.finishedAt - $0.duration }).min(), ends.count > cores else { return 0 }
        let end = ends[ends.count - cores - 1]
        let used = records.map { record -> Double in
            let inside = max(0, min(record.finishedAt, end) - (record.finishedAt - record.duration))
            return (record.cpu ?? 0) * (record.duration > 0 ? inside / record.duration : 0)
        }
        return used.reduce(0, +) / (Double(cores) * (end - start))
    }
}
