import Fleet
import FoundationEssentials
import Glibc

/// Measures the fleet; each line that it prints is a row of a table.
struct Bench {
    let state: String
    let executable: String
    private let clock = ContinuousClock()

    init(state: String, executable: String) throws {
        self.state = state
        self.executable = executable
        try FileManager.default.createDirectory(atPath: state + "/ws", withIntermediateDirectories: true)
        write("pass\n", "f.toy")
    }

    private func write(_ text: String, _ name: String) { _ = FileManager.default.createFile(atPath: state + "/ws/" + name, contents: Data(text.utf8)) }

    private func row(_ what: String, _ value: String, _ goal: String) { print("| \(what) | \(value) | \(goal) |") }

    private func seconds(_ duration: Duration) -> Double { Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18 }

    private func rounded(_ value: Double, _ digits: Int = 2) -> String {
        let scale = (0..<digits).reduce(1.0) { result, _ in result * 10 }
        return "\((value * scale).rounded() / scale)"
    }

    private func spec(_ id: String, workers: Int, startedBy: String = "bench") -> RunSpec {
        RunSpec(id: id, workspace: state + "/ws", workers: workers, timeBudget: 3600, fileTimeout: 600, engine: EngineSpec(kind: .sqlite), startedBy: startedBy)
    }

    private func end(_ directory: RunDirectory) throws -> RunSummary? {
        while try directory.summary() == nil || directory.isSupervised() { usleep(2000) }
        return try directory.summary()
    }

    // MARK: claims

    /// Prepares a queue of `files`, and claims and publishes it with `workers` processes that do nothing else.
    func claims(workers: Int, files: Int) throws {
        let names = (0..<files).map { SuiteFile(name: Array("d\($0 % 97)/file-\($0).test".utf8), size: $0 % 5000) }
        let preparing = try clock.measure {
            let suite = try Suite(files: names).selecting(Selection(), history: SuiteHistory.load(state: state, workspace: state + "/ws"), seed: 1)
            _ = try RunDirectory.create(state: state + "/prepared", spec: spec("claims-\(workers)-\(files)", workers: workers), suite: suite)
        }
        // The files themselves are one, so that only the queue is measured.
        let same = Suite(files: Array(repeating: SuiteFile(name: Array("f.toy".utf8), size: 0), count: files))
        let directory = try RunDirectory.create(state: state, spec: spec("claims-\(workers)-\(files)", workers: workers, startedBy: "bench-claims"), suite: same)
        // All workers are there before the first claim: how long processes take to start is another figure.
        try directory.requestPause(true)
        try Supervisor.launch(runDirectory: directory, executable: executable)
        while try directory.status().workers.count(where: { $0.state == .idle }) < workers { usleep(1000) }
        try directory.requestPause(false)
        var asking: [Double] = []
        while true {
            var queued = 0
            asking.append(seconds(try clock.measure { queued = try directory.status().queued }))
            if queued == 0 { break }
            usleep(20_000)
        }
        let summary = try end(directory)
        guard summary?.outcomes == [.pass: files] else { return print("WRONG: \(String(describing: summary))") }
        row("claims/s, \(workers) processes, \(files) files", "\(Int(Double(files) / (try span(directory))))", "≥ 20000")
        row("preparing a queue of \(files) files, s", rounded(seconds(preparing)), "≤ 5")
        row("status of it, median ms", rounded(asking.sorted()[asking.count / 2] * 1000), "≤ 50")
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
        let directory = try RunDirectory.create(state: state, spec: spec("overhead", workers: 1, startedBy: "toys"), suite: suite)
        try Supervisor.launch(runDirectory: directory, executable: executable)
        _ = try end(directory)
        let times = try Data(contentsOf: URL(filePath: directory.path + "/records.jsonl")).split(separator: UInt8(ascii: "\n"))
            .map { try JSONDecoder().decode(FileRecord.self, from: $0).finishedAt }.sorted()
        let gaps = zip(times.dropFirst(), times).map { $0 - $1 }.sorted()
        row("overhead of a tiny file (claim, run, publish), median ms", rounded(gaps[gaps.count / 2] * 1000, 3), "≤ 1")
    }

    // MARK: makespan

    /// A suite in which few files take most of the time, on as many workers as cores, with and without GNU parallel.
    func makespan(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let cores = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
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
        let bound = max(total / Double(cores), longest)
        let suite = try Suite.discover(workspace: state + "/ws", globs: ["burn*.toy"])
        for (id, history) in [("makespan-new", SuiteHistory()), ("makespan-known", nil)] {
            let known = try history ?? SuiteHistory.load(state: state, workspace: state + "/ws")
            let directory = try RunDirectory.create(state: state, spec: spec(id, workers: cores, startedBy: "toys"),
                                                    suite: suite.selecting(Selection(), history: known, seed: 1))
            let start = clock.now
            try Supervisor.launch(runDirectory: directory, executable: executable)
            while try directory.status().done < suite.files.count { usleep(2000) }
            let time = seconds(clock.now - start)
            let use = try end(directory)?.use
            row("makespan, \(history == nil ? "with history" : "first run"), s (bound \(rounded(bound)))", "\(rounded(time)), \(rounded(time / bound, 3)) × bound, workers busy \(rounded((use?.share ?? 0) * 100, 1)) %", "≤ 1.05 ×")
        }
        let start = clock.now
        system("cd '\(state)/ws' && ls | grep '^burn' | parallel --will-cite -j \(cores) '\(executable)' toy {} >/dev/null")
        let time = seconds(clock.now - start)
        row("the same with GNU parallel, s", "\(rounded(time)), \(rounded(time / bound, 3)) × bound", "slower than the fleet")
    }

    // MARK: at rest

    /// What 64 workers and their supervisor cost while their files do nothing.
    func rest(workers: Int) throws {
        write("until never\n", "wait.toy")
        let suite = Suite(files: (0..<workers).map { _ in SuiteFile(name: Array("wait.toy".utf8), size: 1) })
        let directory = try RunDirectory.create(state: state, spec: spec("rest", workers: workers, startedBy: "toys"), suite: suite)
        let supervisor = try Supervisor.launch(runDirectory: directory, executable: executable)
        while try directory.status().workers.count(where: { $0.state == .running }) < workers { usleep(5000) }
        let before = ticks(supervisor)
        let start = clock.now
        // A span to measure over, nothing that is waited for.
        sleep(10)
        let used = Double(ticks(supervisor) - before) / Double(sysconf(Int32(_SC_CLK_TCK))) / seconds(clock.now - start)
        row("supervisor and its samples with \(workers) workers, share of a core", rounded(used * 100) + " %", "< 1 %")
        row("supervisor at rest, MB resident", rounded(Double(resident(supervisor)) / 1048576, 1), "≤ 30")
        let sizes = try directory.status().workers.map { resident($0.pid) }.sorted()
        row("worker at rest, MB resident, median", rounded(Double(sizes[sizes.count / 2]) / 1048576, 1), "≤ 20")
        try directory.requestStop(.now)
        _ = try end(directory)
    }

    private func fields(_ pid: Int32) -> [Substring] {
        let text = FileManager.default.contents(atPath: "/proc/\(pid)/stat").map { String(decoding: $0, as: UTF8.self) } ?? ""
        return text.lastIndex(of: ")").map { text[text.index(after: $0)...].split(separator: " ") } ?? []
    }

    private func ticks(_ pid: Int32) -> Int {
        let fields = fields(pid)
        return fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
    }

    private func resident(_ pid: Int32) -> Int {
        let fields = fields(pid)
        return fields.count > 21 ? (Int(fields[21]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }
}
