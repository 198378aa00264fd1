/// What a process and its descendants take together.
package struct ProcessTree {
    /// User and system time in ticks, that of reaped descendants included: it moves up, and is not lost, when one ends.
    var ticks: UInt64 = 0
    /// Bytes.
    package var resident = 0

    /// No more processes than this are looked at.
    private static let limit = 512

    /// The processes below one, in no order.
    static func members(below root: Int32) -> [Int32] {
        var found: [Int32] = [], waiting = [root]
        while let pid = waiting.popLast(), found.count < limit {
            for task in (try? Path("/proc/\(pid)/task").names()) ?? [] {
                let children = (Path("/proc/\(pid)/task") / task / "children").kernelText() ?? []
                let pids = children.split(separator: 0x20).compactMap { decimal($0).flatMap { Int32(exactly: $0) } }
                found += pids
                waiting += pids
            }
        }
        return found
    }

    /// - Parameter startTime: what the process must have to be the one that is meant.
    package init(of root: Int32, startTime: UInt64) {
        guard root > 0, ProcessFields(pid: root)?.startTime == startTime else { return }
        var waiting = [root]
        var seen = 0
        while let pid = waiting.popLast(), seen < ProcessTree.limit {
            seen += 1
            guard let fields = ProcessFields(pid: pid) else { continue }
            ticks &+= fields.ticks
            resident += fields.resident
            let children = Path("/proc/\(pid)/task/\(pid)/children").kernelText() ?? []
            waiting += children.split(separator: 0x20).compactMap { decimal($0).flatMap { Int32(exactly: $0) } }
        }
    }
}
