import Glibc
import Platform

/// Measures the host and the workers once a second.
struct FleetSampler {
    private var host = HostSampler()
    private var ticks: [Int: (pid: Int32, child: Int32, ticks: UInt64)] = [:]
    private var last: UInt64
    private let samples: File

    init(_ path: Path) throws(FleetError) {
        samples = try File(path, O_WRONLY | O_CREAT | O_APPEND)
        _ = host.sample()
        last = Clock.monotonic
    }

    var isDue: Bool { Clock.seconds(since: last) >= 1 }

    /// Writes a sample; puts each worker's CPU and memory into its slot and the cores' average into the header.
    mutating func sample(_ board: Scoreboard, _ pids: [Int: Int32], queued: Int, done: Int) {
        let elapsed = max(0.001, Clock.seconds(since: last))
        let workers = pids.sorted { $0.key < $1.key }.map { worker($0.key, $0.value, board, elapsed) }
        write(FleetSample(host: host.sample(), queued: queued, done: done, workers: workers), board)
    }

    /// The same where the workers are elsewhere.
    /// - Parameter cores: use of the cores that they have, in the place of this machine's.
    mutating func sample(_ board: Scoreboard, cores: [Double], _ workers: [FleetSample.WorkerSample], queued: Int, done: Int) {
        var host = host.sample()
        host.cores = cores
        write(FleetSample(host: host, queued: queued, done: done, workers: workers), board)
    }

    private mutating func write(_ sample: FleetSample, _ board: Scoreboard) {
        last = Clock.monotonic
        board[.cpuSum] &+= UInt64(sample.host.cpu * 1e6)
        board[.cpuSamples] &+= 1
        // A run does not end for want of a sample.
        if let line = try? JSON.encode(sample) { try? samples.write(line) }
    }

    private mutating func worker(_ slot: Int, _ pid: Int32, _ board: Scoreboard, _ elapsed: Double) -> FleetSample.WorkerSample {
        let words = board.worker(slot)
        let child = words.program.pid
        let fields = ProcessFields(pid: pid)
        let program = ProcessTree(of: child, startTime: words.program.startTime)
        let all = (fields?.ticks ?? 0) &+ program.ticks
        let before = ticks[slot]
        // A child that was waited for moves its ticks to the worker, so only a new worker starts from nothing.
        let used = before?.pid == pid ? all &- min(all, before?.ticks ?? 0) : all
        ticks[slot] = (pid, child, all)
        let cpu = Double(used) / Machine.ticksPerSecond / elapsed
        let rss = (fields?.resident ?? 0) + program.resident
        words.measured(cpu: cpu, resident: rss, virtualSize: fields?.virtualSize ?? 0)
        return FleetSample.WorkerSample(slot: slot, isRunning: words.state == .running, cpu: cpu, rss: rss)
    }
}
