public import Fleet
import Platform
import RemoteKit

/// The screen that `status` prints and `status --watch` redraws.
public struct StatusScreen: Sendable {
    /// `nil` if the host has no run.
    public var status: RunStatus?
    public var mode: RunMode?
    public var sample: HostSample?
    public var host: String
    /// Seconds since 1970.
    public var now: Double
    public var sort = Sort.slot
    /// What commands that are named need to be about the same project.
    public var options: [String] = []
    /// Files that failed so far, the latest last; some of them when there are many.
    public var failing: [FileRecord] = []
    /// Runs that wait for the workspace.
    public var waiting: [WaitingRun] = []
    /// Leads from where the user stands to the top of the tree.
    public var upwards = ""

    /// What the workers are ordered by.
    public enum Sort: String, Sendable, CaseIterable {
        case slot, elapsed, cpu, memory

        var next: Sort {
            let all = Sort.allCases
            return all[((all.firstIndex(of: self) ?? 0) + 1) % all.count]
        }
    }

    public init(status: RunStatus?, mode: RunMode? = nil, sample: HostSample?, host: String, now: Double) {
        self.status = status
        self.mode = mode
        self.sample = sample
        self.host = host
        self.now = now
    }

    /// The lines, none wider than `style.width`, no more than `style.height` of them. Drawing them over the lines of
    /// a moment ago, each cleared to its end, makes no flicker.
    public func lines(_ style: Style) -> [String] {
        let top = (status.map { head($0, style) } ?? [style.paint(Columns.cut("no run on \(SafeText.line(host, limit: 40))", style.width), .bold)])
            + waiting.prefix(style.height == nil ? .max : 3).map { style.paint(Columns.cut(QueueWords.text($0, now: now), style.width), $0.failure == nil ? nil : .yellow) }
        let bottom = sample.map { machine($0, style) } ?? []
        let failed = status.map { failures($0, style) } ?? []
        let room = style.height.map { max(0, $0 - top.count - bottom.count - 2 - (failed.isEmpty ? 0 : failed.count + 1)) }
        let table = status.map { workers($0, room: room, style) } ?? []
        let parts = [top, failed, table, bottom].filter { !$0.isEmpty }
        return Array(parts.joined(separator: [""]).prefix(style.height ?? .max))
    }

    /// ``lines(_:)`` ended by `\n` each.
    public func text(_ style: Style) -> String { lines(style).map { $0 + "\n" }.joined() }

    // MARK: The run

    private func head(_ status: RunStatus, _ style: Style) -> [String] {
        var lines = [title(status, style), queue(status, style), outcomes(status, style)]
        lines.append(Columns.cut("\(Human.count(status.tests, "test")), \(Human.count(status.skippedRecords)) skipped   "
            + "workers \(status.alive) of \(status.workersWanted), \(status.busy) busy, \(status.restarts) replaced", style.width))
        if let share = status.share, share.workers < status.workersWanted { lines.append(Columns.cut(share.words(wanted: status.workersWanted), style.width)) }
        if let cluster = status.cluster { lines += self.cluster(cluster, status, style) }
        // What does not change needs no line of a live view.
        if style.height == nil, let memory = status.memory { lines.append(Columns.cut("workers have \(memory.words)", style.width)) }
        lines += RunWarnings(status: status, sample: sample, host: host, options: options).lines.prefix(3).map { style.paint(Columns.cut($0, style.width), .yellow) }
        return lines
    }

    private func cluster(_ cluster: ClusterStatus, _ status: RunStatus, _ style: Style) -> [String] {
        ClusterLines(cluster: cluster, isLive: status.phase == .running || status.phase == .stopping, now: now).lines(limit: style.height.map { $0 / 4 } ?? .max).map { Columns.cut($0, style.width) }
    }

    private func title(_ status: RunStatus, _ style: Style) -> String {
        var text = "run \(status.id) on \(SafeText.line(host, limit: 40))   \(status.phase.rawValue)"
        if let mode { text += ", \(mode.rawValue)" }
        if let iteration = status.iteration { text += ", iteration \(Human.count(iteration))" }
        if status.paused != nil { text += ", paused" }
        if status.startedAt != nil { text += "   \(Human.duration(status.elapsed(at: now)))" }
        if let left = status.timeLeft { text += ", budget \(Human.duration(max(0, left)))" }
        return style.paint(Columns.cut(text, style.width), .bold)
    }

    private func queue(_ status: RunStatus, _ style: Style) -> String {
        // A file without a result is not done, also when the run is.
        let done = status.done - (status.outcomes[.untested] ?? 0)
        let cached = status.cache.map { $0.taken > 0 ? "\(Human.count($0.taken)) from the cache, " : "" } ?? ""
        let figures = " \(Human.count(done))/\(Human.count(status.total)) files, \(cached)"
            + "\(Human.count(status.running)) running, \(Human.count(status.queued)) queued"
        let share = status.total > 0 ? Double(done) / Double(status.total) : 0
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
        let flaky = status.flaky.map { "flaky \(Human.count($0))" } ?? ""
        if status.flaky ?? 0 > 0, left >= flaky.utf8.count { return (parts + [style.paint(flaky, .yellow)]).joined(separator: "   ") }
        return parts.joined(separator: "   ")
    }

    // MARK: What failed

    /// A live view has room for a few.
    private func failures(_ status: RunStatus, _ style: Style) -> [String] {
        let shown = failing.suffix(style.height.map { max(0, $0 / 8) } ?? .max)
        guard !shown.isEmpty else { return [] }
        let count = max(status.failed, shown.count)
        let title = Human.count(count, "failing file") + (count > shown.count ? ", the latest:" : ":")
        var plain = style
        plain.color = false
        return [style.paint(Columns.cut(title, style.width), .red)]
            + shown.compactMap { FailureLine.text($0, upwards: upwards, style: plain) }.map { Columns.cut($0, style.width) }
            + (style.height == nil && count > shown.count ? ["  … and \(Human.count(count - shown.count)) more before"] : [])
    }

    // MARK: Its workers

    /// Side by side on a wide terminal that is too low for all of them.
    private func workers(_ status: RunStatus, room: Int?, _ style: Style) -> [String] {
        guard !status.workers.isEmpty else { return [] }
        let limit = room.map { max(0, $0 - 1) } ?? .max
        guard limit > 0 else { return [] }
        let columns = style.width >= 160 && status.workers.count > limit ? 2 : 1
        var column = style
        column.width = columns == 1 ? style.width : (style.width - 3) / 2
        let wide = column.width >= 60
        let header = Columns.cut(wide ? "slot     pid state     elapsed   cpu      rss    line file" : "slot state    elapsed file", column.width)
        let shown = shown(status, limit, columns)
        var lines = [style.paint(side(header, columns == 2 ? header : nil, column.width), .dim)]
        let height = (shown.count + columns - 1) / columns
        for index in 0..<height {
            let left = shown[index], right = index + height < shown.count ? shown[index + height] : nil
            let line = side(self.text(left, wide, column), right.map { self.text($0, wide, column) }, column.width)
            lines.append(style.paint(line, left.state == .gone || right?.state == .gone ? .red : left.stalled != nil || right?.stalled != nil ? .yellow : nil))
        }
        let hidden = status.workers.count - shown.count
        if hidden > 0 { lines.append(Columns.cut("… and \(Human.count(hidden, "more worker"))", style.width)) }
        return lines
    }

    private func side(_ left: String, _ right: String?, _ width: Int) -> String {
        guard let right else { return left }
        return Columns.left(left, width) + "   " + right
    }

    /// As many workers as `limit` lines of `columns` hold, with one line less when some are left out. Without an order that was asked for the longest
    /// on one file are those to look at.
    private func shown(_ status: RunStatus, _ limit: Int, _ columns: Int) -> [WorkerStatus] {
        let isCut = status.workers.count > limit * columns
        let ordered: [WorkerStatus] = switch sort {
        case .slot where !isCut: status.workers
        case .slot, .elapsed:
            status.workers.sorted { ($0.state == .running ? 0 : 1, -$0.elapsed, $0.slot) < ($1.state == .running ? 0 : 1, -$1.elapsed, $1.slot) }
        case .cpu: status.workers.sorted { ($1.cpu, $0.slot) < ($0.cpu, $1.slot) }
        case .memory: status.workers.sorted { ($1.rss, $0.slot) < ($0.rss, $1.slot) }
        }
        return isCut ? Array(ordered.prefix(max(0, (limit - 1) * columns))) : ordered
    }

    private func text(_ worker: WorkerStatus, _ wide: Bool, _ style: Style) -> String {
        let runs = worker.state == .running
        var text = Columns.right(String(worker.slot), 4) + " "
        if wide { text += Columns.right(worker.pid > 0 ? String(worker.pid) : "-", 7) + " " }
        text += Columns.left(word(worker), 8) + " " + Columns.right(runs ? Human.duration(worker.elapsed) : "-", 8) + " "
        if wide {
            text += Columns.right(Human.percent(worker.cpu), 5) + " " + Columns.right(Human.bytes(worker.rss), 8) + " "
            text += Columns.right(worker.line > 0 ? String(worker.line) : "-", 7) + " "
        }
        let file = worker.file.map { SafeText.line($0, limit: 500) } ?? ""
        text += Columns.cutStart(file, max(0, style.width - Columns.width(text)))
        return Columns.cut(trimmed(text), style.width)
    }

    private func word(_ worker: WorkerStatus) -> String {
        worker.stalled == nil ? worker.state.rawValue : worker.isSpinning ? "spinning" : "sleeping"
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

extension StatusScreen {
    public func screen(_ style: Style) -> ScreenText { ScreenText(text(style), style) }
}
