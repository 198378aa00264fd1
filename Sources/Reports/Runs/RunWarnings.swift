import Fleet
import Platform
import RemoteKit

/// What somebody should know who looks at a run, in words; the most important first.
struct RunWarnings {
    let status: RunStatus
    let sample: HostSample?
    let host: String
    var options: [String] = []

    private var command: CommandWords { CommandWords(host: host, options: options) }

    var lines: [String] {
        if status.phase == .interrupted {
            return ["the supervisor has died; resume the run with: \(command.text("run", "--resume", status.id))"]
        }
        var lines: [String] = []
        if let error = status.error { lines.append(SafeText.line(error, limit: 300)) }
        guard status.phase == .running || status.phase == .stopping else { return lines }
        switch status.paused {
        case .asked: lines.append("the run is paused; resume it with: \(command.text("pause", "--off"))")
        case .memory: lines.append("no file is started for lack of memory: the host has \(Human.bytes(sample?.memoryAvailable ?? 0)) left")
        case nil: break
        }
        if let stalled { lines.append(stalled) }
        if let idle { lines.append(idle) }
        return lines
    }

    /// Workers whose files do not move on, and the one that has stood still longest.
    private var stalled: String? {
        let all = status.workers.filter { $0.stalled != nil }
        guard let worst = all.max(by: { ($0.stalled ?? 0) < ($1.stalled ?? 0) }) else { return nil }
        let spinning = all.count(where: \.isSpinning)
        let kinds = [(spinning, "spinning"), (all.count - spinning, "sleeping")].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        let place = SafeText.line(worst.file ?? "?", limit: 200) + (worst.line > 0 ? ":\(worst.line)" : "")
        return "\(Human.count(all.count, "worker")) stalled, \(kinds.joined(separator: ", ")): worker \(worst.slot) for \(Human.duration(worst.stalled ?? 0)) on \(place)"
    }

    /// Why the machine is not busy, where that can be told.
    private var idle: String? {
        guard status.phase == .running, status.paused == nil, let sample, sample.cpu < RunReport.lowUtilisation else { return nil }
        let idle = max(0, status.workersAllowed - status.busy)
        let use = "CPU \(Human.percent(sample.cpu)): "
        if idle > 0, status.queued < idle {
            return use + "\(idle) of \(status.workersAllowed) workers idle because the queue has \(Human.count(status.queued, "file")) left"
        }
        if status.share == nil, status.workersWanted < sample.cores.count { return use + "\(status.workersWanted) workers for \(sample.cores.count) cores" }
        let sleeping = status.workers.count { $0.state == .running && $0.cpu < 0.1 }
        if sleeping * 2 > status.workersAllowed {
            return use + "\(sleeping) of \(status.workersAllowed) workers run a file without using the CPU; they wait for something else"
        }
        return nil
    }
}
