import Fleet
import FoundationEssentials
import Glibc

/// What a fleet costs that has nothing to do.
extension Bench {
    /// What `workers` and their supervisor cost while their files do nothing.
    func rest(workers: Int) throws {
        write("until never\n", "wait.toy")
        let suite = Suite(files: (0..<workers).map { _ in SuiteFile(name: Array("wait.toy".utf8), size: 1) })
        let directory = try run(workers: workers, suite)
        let supervisor = try Supervisor.launch(runDirectory: directory, executable: executable)
        try wait(for: "all workers") { try directory.status().workers.count(where: { $0.state == .running }) >= workers }
        let before = ticks(supervisor)
        let start = clock.now
        // A span to measure over, nothing that is waited for.
        sleep(10)
        let used = Double(ticks(supervisor) - before) / Double(sysconf(Int32(_SC_CLK_TCK))) / seconds(clock.now - start)
        row("supervisor and its samples with \(workers) workers, share of a core", rounded(used * 100) + " %", "< 1 %")
        row("supervisor at rest, MB resident", rounded(Double(resident(supervisor)) / 1048576, 1), "≤ 30")
        row("worker at rest, MB resident, median", rounded(median(try directory.status().workers.map { Double(resident($0.pid)) }) / 1048576, 1), "≤ 20")
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
