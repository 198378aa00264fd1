import Fleet
import Platform

/// A run on a cluster, in lines: its jobs, why some of them wait, and what each node does.
struct ClusterLines {
    let cluster: ClusterStatus
    let isLive: Bool
    /// Seconds since 1970.
    let now: Double

    /// - Parameter limit: the most lines of nodes.
    func lines(limit: Int = .max) -> [String] {
        let words = cluster.jobs.map { SafeText.line($0, limit: 40) }.joined(separator: ", ")
        let running = cluster.nodes.count { $0.state == .running }
        var first = "Slurm \(cluster.jobs.count == 1 ? "job" : "jobs") \(words)"
        if isLive { first += ": \(Human.count(running, "element")) at work" }
        if cluster.waiting > 0 {
            first += ", \(Human.count(cluster.waiting)) waiting: " + cluster.reasons.map { SafeText.line($0, limit: 200) }.joined(separator: "; ")
        }
        var lines = [first]
        if isLive, let silence = cluster.silence {
            let age = cluster.askedAt.map { " for \(Human.duration(max(0, now - $0)))" } ?? ""
            lines.append("Slurm has not answered\(age) (\(SafeText.line(silence, limit: 200))); what waits is not known, what runs goes on")
        }
        let shown = cluster.nodes.sorted { ($0.state == .running ? 0 : 1, $0.element) < ($1.state == .running ? 0 : 1, $1.element) }
        lines += shown.prefix(limit).map(line)
        if shown.count > limit { lines.append("  … and \(Human.count(shown.count - limit, "more node"))") }
        return lines
    }

    private func line(_ node: NodeStatus) -> String {
        var text = "  node \(SafeText.line(node.host, limit: 60))   element \(node.element)   \(node.state.rawValue)"
        if node.restarts > 0 { text += ", started again \(Human.count(node.restarts, "time"))" }
        if node.state == .running { text += "   \(node.busy) of \(Human.count(node.workers, "worker")) busy   CPU \(Human.percent(node.cpu))   \(Human.bytes(node.rss))" }
        if let error = node.error { text += ": " + SafeText.line(error, limit: 300) }
        return text
    }
}
