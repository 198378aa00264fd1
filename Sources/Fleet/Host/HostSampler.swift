import Glibc
import Platform

/// Measures this machine from `/proc`; works with and without a run.
public struct HostSampler: Sendable {
    private var before: [CoreTimes] = []

    /// The first sample's cores are averages since boot; later ones cover the time since the sample before.
    public init() {}

    /// The machine over `seconds`, which this waits.
    public static func measure(over seconds: Double = 0.2) async throws -> HostSample {
        var sampler = HostSampler()
        _ = sampler.sample()
        try await Task.sleep(for: .seconds(seconds))
        return sampler.sample()
    }

    /// The machine since the sample before.
    public mutating func sample() -> HostSample {
        let now = CoreTimes.read()
        let cores = now.enumerated().map { index, times in
            times.use(since: index < before.count && before.count == now.count ? before[index] : CoreTimes())
        }
        before = now
        let memory = HostMemory.now()
        return HostSample(time: Clock.now, cores: cores, load: HostSampler.load(), memoryTotal: memory.total,
                          memoryAvailable: memory.available, processes: HostSampler.processes())
    }

    private static func load() -> [Double] {
        let text = Path("/proc/loadavg").kernelText() ?? []
        return text.split(separator: 0x20).prefix(3).compactMap { Double(String(decoding: $0, as: UTF8.self)) }
    }

    private static func processes() -> Int {
        ((try? Path("/proc").names()) ?? []).count { $0.first.map { (0x30...0x39).contains($0) } ?? false }
    }
}

/// A `cpuN` line of `/proc/stat` (proc(5)), in ticks.
private struct CoreTimes {
    var busy: UInt64 = 0
    var all: UInt64 = 0

    func use(since before: CoreTimes) -> Double {
        guard all > before.all, busy >= before.busy else { return 0 }
        return min(1, Double(busy - before.busy) / Double(all - before.all))
    }

    static func read() -> [CoreTimes] {
        var cores: [CoreTimes] = []
        for line in (Path("/proc/stat").kernelText() ?? []).split(separator: 0x0A) {
            guard line.starts(with: "cpu".utf8), line.dropFirst(3).first != 0x20 else { continue }
            let fields = line.split(separator: 0x20).dropFirst().map { decimal($0) ?? 0 }
            // user nice system idle iowait irq softirq steal; guest time is in user already.
            guard fields.count >= 4 else { continue }
            let all = fields.prefix(8).reduce(0, &+)
            let idle = fields[3] &+ (fields.count > 4 ? fields[4] : 0)
            cores.append(CoreTimes(busy: all &- min(idle, all), all: all))
        }
        return cores
    }
}
