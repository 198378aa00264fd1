public import Fleet

/// The screen that `status` prints and `status --watch` redraws.
public struct StatusScreen: Sendable {
    /// `nil` if the host has no run.
    public var status: RunStatus?
    public var mode: RunMode?
    public var sample: HostSample?
    public var host: String
    /// Seconds since 1970.
    public var now: Double

    public init(status: RunStatus?, mode: RunMode? = nil, sample: HostSample?, host: String, now: Double) {
        self.status = status?.clamped()
        self.mode = mode
        self.sample = sample?.clamped()
        self.host = host
        self.now = now
    }

    /// The lines, none wider than `style.width`, no more than `style.height` of them. Drawing them over the lines of
    /// a moment ago, each cleared to its end, makes no flicker.
    public func lines(_ style: Style) -> [String] {
        let top = status.map { head($0, style) } ?? [style.paint(Columns.cut("no run on \(SafeText.line(host, limit: 40))", style.width), .bold)]
        let bottom = sample.map { machine($0, style) } ?? []
        let room = style.height.map { max(0, $0 - top.count - bottom.count - 2) }
        let table = status.map { workers($0, room: room, style) } ?? []
        let parts = [top, table, bottom].filter { !$0.isEmpty }
        return Array(parts.joined(separator: [""]).prefix(style.height ?? .max))
    }

    /// ``lines(_:)`` ended by `\n` each.
    public func text(_ style: Style) -> String { lines(style).map { $0 + "\n" }.joined() }

    // MARK: The run

    private func head(_ status: RunStatus, _ style: Style) -> [String] {
        var lines = [title(status, style), queue(status, style), outcomes(status, style)]
        lines.append(Columns.cut("\(Human.count(status.tests, "test")), \(Human.count(status.skippedRecords)) skipped   "
            + "workers \(status.alive) of \(status.workersWanted), \(status.busy) busy, \(status.restarts) replaced", style.width))
        if let warning = warning(status) { lines.append(style.paint(Columns.cut(warning, style.width), .yellow)) }
        return lines
    }

    private func title(_ status: RunStatus, _ style: Style) -> String {
        var text = "run \(SafeText.line(status.id, limit: 40)) on \(SafeText.line(host, limit: 40))   \(status.phase.rawValue)"
        if let mode { text += ", \(mode.rawValue)" }
        if status.startedAt != nil { text += "   \(Human.duration(status.elapsed(at: now)))" }
        if let left = status.timeLeft { text += ", \(Human.duration(max(0, left))) left" }
        return style.paint(Columns.cut(text, style.width), .bold)
    }

    private func queue(_ status: RunStatus, _ style: Style) -> String {
        let figures = " \(Human.count(status.done))/\(Human.count(status.total)) files, "
            + "\(Human.count(status.running)) running, \(Human.count(status.queued)) queued"
        let share = status.total > 0 ? Double(status.done) / Double(status.total) : 0
        return style.bar(share, width: max(0, min(60, style.width - Columns.width(figures)))) + Columns.cut(figures, style.width)
    }

    private func outcomes(_ status: RunStatus, _ style: Style) -> String {
        var left = style.width
        let parts = Outcome.allCases.compactMap { outcome -> String? in
            let count = status.outcomes[outcome] ?? 0
            let text = "\(outcome.word) \(Human.count(count))"
            let width = Columns.width(text) + 3
            guard count > 0 || outcome == .pass || outcome == .fail, left + 3 >= width else { return nil }
            left -= width
            return style.paint(text, count > 0 ? outcome.paint : nil)
        }
        return parts.joined(separator: "   ")
    }

    /// Why the machine is not busy, where that can be told.
    private func warning(_ status: RunStatus) -> String? {
        guard status.phase != .interrupted else {
            return "the supervisor is gone; slt-remote run --host \(ShellWord.quoted(host)) --resume \(ShellWord.quoted(status.id)) goes on"
        }
        guard status.phase == .running, let sample, sample.cpu < RunReport.lowUtilisation else { return nil }
        let idle = max(0, status.workersWanted - status.busy)
        let use = "CPU \(Human.percent(sample.cpu)): "
        if idle > 0, status.queued < idle {
            return use + "\(idle) of \(status.workersWanted) workers idle because the queue has \(Human.count(status.queued, "file")) left"
        }
        if status.workersWanted < sample.cores.count { return use + "\(status.workersWanted) workers for \(sample.cores.count) cores" }
        return nil
    }

    // MARK: Its workers

    private func workers(_ status: RunStatus, room: Int?, _ style: Style) -> [String] {
        guard !status.workers.isEmpty else { return [] }
        let wide = style.width >= 60
        let header = wide ? "slot     pid state     elapsed   cpu      rss    line file" : "slot state    elapsed file"
        let limit = room.map { max(0, $0 - 1) } ?? .max
        guard limit > 0 else { return [] }
        var shown = status.workers
        if shown.count > limit {
            // The longest on one file are those to look at.
            shown = Array(shown.sorted { ($0.state == .running ? 0 : 1, -$0.elapsed, $0.slot) < ($1.state == .running ? 0 : 1, -$1.elapsed, $1.slot) }
                .prefix(max(0, limit - 1)))
        }
        var lines = [style.paint(Columns.cut(header, style.width), .dim)] + shown.map { row($0, wide, style) }
        let left = status.workers.count - shown.count
        if left > 0 { lines.append(Columns.cut("… and \(Human.count(left, "more worker"))", style.width)) }
        return lines
    }

    private func row(_ worker: WorkerStatus, _ wide: Bool, _ style: Style) -> String {
        let runs = worker.state == .running
        var text = Columns.right(String(worker.slot), 4) + " "
        if wide { text += Columns.right(worker.pid > 0 ? String(worker.pid) : "-", 7) + " " }
        text += Columns.left(worker.state.rawValue, 8) + " " + Columns.right(runs ? Human.duration(worker.elapsed) : "-", 8) + " "
        if wide {
            text += Columns.right(Human.percent(worker.cpu), 5) + " " + Columns.right(Human.bytes(worker.rss), 8) + " "
            text += Columns.right(worker.line > 0 ? String(worker.line) : "-", 7) + " "
        }
        let file = worker.file.map { SafeText.line($0, limit: 500) } ?? ""
        text += Columns.cutStart(file, max(0, style.width - Columns.width(text)))
        let plain = Columns.cut(trimmed(text), style.width)
        return style.paint(plain, worker.state == .gone ? .red : nil)
    }

    private func trimmed(_ text: String) -> String {
        var text = text
        while text.last == " " { text.removeLast() }
        return text
    }

    // MARK: The machine

    private func machine(_ sample: HostSample, _ style: Style) -> [String] {
        let used = max(0, sample.memoryTotal - sample.memoryAvailable)
        let load = sample.load.prefix(3).map { Human.fixed($0, 2) }.joined(separator: " ")
        let text = "\(Human.count(sample.cores.count, "core")), \(Human.count(sample.processes)) processes   load \(load)   "
            + "memory \(Human.bytes(used)) of \(Human.bytes(sample.memoryTotal))"
        return cores(sample, style) + [Columns.cut(text, style.width)]
    }

    /// One cell a core, in at most four lines.
    private func cores(_ sample: HostSample, _ style: Style) -> [String] {
        let label = Columns.left("CPU \(Human.percent(sample.cpu))", 10)
        let room = style.width - 10
        let shown = sample.cores.prefix(4 * room)
        return stride(from: 0, to: shown.count, by: room).map { start in
            (start == 0 ? label : Columns.left("", 10)) + String(shown[start..<min(start + room, shown.count)].map { style.cell($0) })
        }
    }
}
