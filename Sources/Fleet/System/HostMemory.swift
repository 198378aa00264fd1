/// The machine's memory, from `/proc`.
package enum HostMemory {
    /// Bytes.
    static func now() -> (total: Int, available: Int) {
        var total = 0, available = 0
        for line in (Path("/proc/meminfo").kernelText() ?? []).split(separator: 0x0A) {
            let fields = line.split(separator: 0x20)
            guard fields.count >= 2, let kilobytes = decimal(fields[1]).flatMap({ Int(exactly: $0) }), kilobytes < 1 << 50 else { continue }
            if fields[0].elementsEqual("MemTotal:".utf8) { total = kilobytes * 1024 }
            if fields[0].elementsEqual("MemAvailable:".utf8) { available = kilobytes * 1024 }
        }
        return (total, available)
    }

    /// How many processes the kernel has ended for want of memory since boot.
    package static func outOfMemoryKills() -> UInt64 { outOfMemoryKills(Path("/proc/vmstat")) }

    static func outOfMemoryKills(_ counts: Path) -> UInt64 {
        for line in (counts.kernelText() ?? []).split(separator: 0x0A) where line.starts(with: "oom_kill ".utf8) {
            return decimal(line.dropFirst(9)) ?? 0
        }
        return 0
    }
}
