import Fleet
import FoundationEssentials
import Glibc

/// The queue alone.
extension Bench {
    /// Prepares a queue of `files`, and claims and publishes it with `workers` processes that do nothing else.
    func claims(workers: Int, files: Int, times: Int) throws {
        let preparing = try seconds(clock.measure { try prepare(files) })
        var rates: [Double] = [], asking: [Double] = []
        for _ in 0..<times {
            let (rate, asked) = try claim(workers: workers, files: files)
            rates.append(rate)
            asking.append(asked)
        }
        let spread = times > 1 ? " (\(Int(rates.min() ?? 0)) to \(Int(rates.max() ?? 0)))" : ""
        row("claims/s, \(workers) processes, \(files) files", "\(Int(median(rates)))\(spread)", "≥ 20000")
        row("preparing a queue of \(files) files, s", rounded(preparing), "≤ 5")
        row("status of it, median ms", rounded(median(asking) * 1000), "≤ 50")
    }

    private func prepare(_ files: Int) throws {
        let names = (0..<files).map { SuiteFile(name: Array("d\($0 % 97)/file-\($0).test".utf8), size: $0 % 5000) }
        _ = try run(workers: 1, Suite(files: names).selecting(Selection(), history: history(), seed: 1))
    }

    /// - Returns: files a second from the first record to the last, and the seconds that a status takes.
    private func claim(workers: Int, files: Int) throws -> (rate: Double, asking: Double) {
        // The files themselves are one, so that only the queue is measured.
        let same = Suite(files: Array(repeating: SuiteFile(name: Array("ws/f.toy".utf8), size: 0), count: files))
        let directory = try run(workers: workers, startedBy: "bench-claims", workspace: folder, same)
        // All workers are there before the first claim: how long processes take to start is another figure.
        try directory.requestPause(true)
        try Supervisor.launch(runDirectory: directory, executable: executable)
        try wait(for: "all workers") { try directory.status().workers.count(where: { $0.state == .idle }) >= workers }
        try directory.requestPause(false)
        var asking: [Double] = []
        try wait(for: "the last claim") {
            var queued = files
            asking.append(seconds(try clock.measure { queued = try directory.status().queued }))
            // The asking should not take part in what is measured.
            if queued > 0 { usleep(20_000) }
            return queued == 0
        }
        let summary = try end(directory)
        guard summary?.outcomes == [.pass: files] else { throw FleetError(.accounting, "cannot use the figures: \(String(describing: summary))") }
        return (Double(files) / (try span(directory)), median(asking))
    }

    /// Seconds from the first record to the last, as the workers noted them.
    private func span(_ directory: RunDirectory) throws -> Double {
        let mark = Data("\"finishedAt\":".utf8)
        var first = Double.infinity, last = 0.0
        for line in try Data(contentsOf: URL(filePath: directory.path + "/records.jsonl")).split(separator: UInt8(ascii: "\n")) {
            guard let place = line.firstRange(of: mark),
                  let time = Double(String(decoding: line[place.upperBound...].prefix { $0 != UInt8(ascii: ",") }, as: UTF8.self)) else { continue }
            first = min(first, time)
            last = max(last, time)
        }
        return max(last - first, 1e-6)
    }

    /// The time from one published file to the next, of one worker.
    func overhead(files: Int) throws {
        let suite = Suite(files: (0..<files).map { SuiteFile(name: Array("f.toy".utf8), size: $0) })
        let directory = try run(workers: 1, suite)
        try Supervisor.launch(runDirectory: directory, executable: executable)
        _ = try end(directory)
        let times = try records(directory).map(\.finishedAt).sorted()
        let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
        row("overhead of a tiny file (claim, run, publish), median ms", rounded(median(gaps) * 1000, 3), "≤ 1")
    }
}
