public import Fleet
import Platform
import RemoteKit

/// The line that `run` and `attach` keep up to date.
public enum ProgressLine {
    /// One line of at most `style.width` columns; what matters least is left out first.
    ///
    ///     41/59 files · 2 failed · files 1.2/s · tests 8,400/s · 8/8 workers · CPU 94 % · budget 56m48s · ETA 15s
    /// - Parameters:
    ///   - sample: the newest of the host, for its CPU.
    ///   - now: seconds since 1970.
    public static func text(_ status: RunStatus, sample: HostSample?, now: Double, style: Style) -> String {
        let elapsed = status.elapsed(at: now)
        let tested = status.done - status.keptOut
        let rate = elapsed > 0 ? Double(max(0, tested)) / elapsed : 0
        var parts: [(rank: Int, text: String, paint: Style.Paint?)] = [
            (0, "\(Human.count(status.done))/\(Human.count(status.total)) files", nil),
            (0, "\(Human.count(status.failed)) failed", status.failed > 0 ? .red : nil),
        ]
        if let word = phase(status) { parts.append((0, word, .yellow)) }
        parts.append((3, "files \(Human.rate(rate))", nil))
        parts.append((5, "tests \(Human.rate(elapsed > 0 ? Double(status.tests) / elapsed : 0))", nil))
        parts.append((2, "\(status.busy)/\(status.workersAllowed) workers", nil))
        if let sample { parts.append((4, "CPU \(Human.percent(sample.cpu))", nil)) }
        if let left = status.timeLeft { parts.append((1, "budget \(Human.duration(max(0, left)))", nil)) }
        if let eta = eta(status, rate) { parts.append((1, "ETA \(Human.duration(eta))", nil)) }
        return fit(parts, style)
    }

    private static func phase(_ status: RunStatus) -> String? {
        switch status.phase {
        case .waiting: "waiting for the workspace"
        case .created: "starting"
        case .stopping: "stopping"
        case .interrupted: "interrupted"
        case .running:
            switch status.paused {
            case .asked: "paused"
            case .memory: "waiting for memory"
            case nil: nil
            }
        case .finished: nil
        }
    }

    /// Seconds until all files are done at the rate so far; `nil` where it says nothing, as of the last files (each takes
    /// as long as it takes) and of a soak run, which ends with its time.
    static func eta(_ status: RunStatus, _ rate: Double) -> Double? {
        guard status.phase == .running, status.paused == nil, status.iteration == nil, rate > 0, status.queued > 0 else { return nil }
        let seconds = Double(status.missing) / rate
        return seconds <= (status.timeLeft ?? .infinity) ? seconds : nil
    }

    private static func fit(_ parts: [(rank: Int, text: String, paint: Style.Paint?)], _ style: Style) -> String {
        let separator = style.unicode ? " · " : " | "
        var kept = parts
        func width() -> Int { kept.reduce(0) { $0 + Columns.width($1.text) } + 3 * max(0, kept.count - 1) }
        while width() > style.width, let least = kept.map(\.rank).max(), least > 0,
              let place = kept.lastIndex(where: { $0.rank == least }) { kept.remove(at: place) }
        return kept.map { style.paint($0.text, $0.paint) }.joined(separator: separator)
    }
}

extension ProgressLine {
    public static func screen(_ status: RunStatus, sample: HostSample?, now: Double, style: Style) -> ScreenText {
        ScreenText(text(status, sample: sample, now: now, style: style), style)
    }
}
