/// Deals files to hosts, so that all are done at about the same time.
enum FileDeal {
    /// The longest first, each to the host that has it done the earliest.
    /// - Parameters:
    ///   - expected: what each file takes on one core of a machine of speed 1.
    ///   - capacities: cores times speed, of each host; above 0.
    /// - Returns: for each host the files, by their places in `expected`, in that order.
    static func deal(_ expected: [Double], among capacities: [Double]) -> [[Int]] {
        var loads = [Double](repeating: 0, count: capacities.count), dealt = [[Int]](repeating: [], count: capacities.count)
        // Files that are expected to take nothing are spread, too.
        let least = max(expected.reduce(0, +) / Double(max(1, expected.count)) * 1e-3, 1e-9)
        for index in expected.indices.sorted(by: { (expected[$1], $0) < (expected[$0], $1) }) {
            let cost = max(expected[index], least)
            var best = 0
            for host in capacities.indices.dropFirst() where (loads[host] + cost) / capacities[host] < (loads[best] + cost) / capacities[best] { best = host }
            loads[best] += cost
            dealt[best].append(index)
        }
        return dealt.map { $0.sorted() }
    }
}
