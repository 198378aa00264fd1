import FoundationEssentials
import Fleet
import Platform
import RemoteKit
import Reports
import Synchronization
import TreeSync

/// Shows what happens in a job on stderr: one line for each step, one rewritten line for what moves.
final class JobPrinter: Sendable {
    /// The host's name.
    let host: String
    private let commands: CommandWords
    private let upwards: String
    private let moving = Mutex(SyncProgressLine())
    private let failing = Mutex(Allowance(Terminal.shared.canScroll ? 1000 : 50))
    private let notices = Mutex(Allowance(Terminal.shared.canScroll ? 500 : 20))
    /// What the run has to say of files that passed after they failed.
    private let flakyRule = Mutex(FlakyRule.warn)
    private let toldPlace = Mutex<QueuePlace?>(nil)
    private static let start = ContinuousClock.now

    /// Lines that may be printed of one kind, and those that came beyond: a log must not be flooded, whatever happens on the host.
    private struct Allowance {
        var left: Int
        var beyond = 0

        init(_ lines: Int) { left = lines }

        /// - Returns: whether one more may be printed.
        mutating func take() -> Bool {
            if left > 0 { left -= 1 } else { beyond += 1 }
            return beyond == 0
        }
    }

    /// - Parameter upwards: leads from where the user stands to the top of the tree.
    init(host: String, commands: CommandWords, upwards: String = "") {
        self.host = host
        self.commands = commands
        self.upwards = upwards
        Interruption.leaveWord("interrupted while connecting to \(host); nothing was changed there")
    }

    func callAsFunction(_ event: JobEvent) {
        let terminal = Terminal.shared
        switch event {
        case .connected: Interruption.leaveWord("interrupted; nothing was built or run on \(host)")
        case .queued(let place): tell(place)
        case .syncing(let progress):
            Interruption.leaveWord("interrupted during the sync: what has arrived stays on \(host), and the next sync goes on from there; nothing was built or run")
            terminal.progress(moving.withLock { $0.text(progress, now: Self.start.duration(to: .now) / .seconds(1)) })
        case .problem(let problem): terminal.say("\(problem.isNote ? "note" : "warning"): \(SafeText.line(problem.description, limit: 500))")
        case .synced(let report):
            Interruption.leaveWord("interrupted after the sync: the sources are on \(host); nothing was run")
            terminal.endProgress()
            terminal.say(SyncSummary(report).text + (report.isPartial ? "; \(Human.count(report.problemCount, "problem"))" : "")
                + (report.noteCount > 0 ? "; \(Human.count(report.noteCount, "note"))" : ""))
        case .preparing(let command):
            Interruption.leaveWord("interrupted during the build, which was ended: sources and what was built so far stay on \(host); nothing was run")
            terminal.say("preparing: \(SafeText.line(command, limit: 300))")
        case .buildLine(let line): terminal.say("  " + line)
        case .prepared(let seconds):
            Interruption.leaveWord("interrupted after the build: it stays on \(host); nothing was run")
            terminal.say("prepared in \(Human.duration(seconds))")
        case .started(let status):
            let run = status.id
            flakyRule.withLock { $0 = status.flakyRule ?? .warn }
            terminal.say("run \(run) on \(host): \(Human.count(status.total, "file")), \(Human.count(status.workersWanted, "worker"))")
            Interruption.leaveWord("detached; run \(run) continues. Follow it with: \(commands.text("attach", status.id))")
        case .status(let status, let sample):
            flakyRule.withLock { $0 = status.flakyRule ?? .warn }
            let style = terminal.errorStyle
            terminal.progress(ProgressLine.screen(status, sample: sample, now: sample.time, style: style))
        case .finished(let record):
            if record.outcome == .pass, flakyRule.withLock({ $0 == .pass }) { return }
            guard let line = FailureLine.screen(record, upwards: upwards, style: terminal.errorStyle) else { return }
            if failing.withLock({ $0.take() }) { terminal.say(line) }
        case .warning(let text): terminal.say("warning: \(text)")
        case .notice(let text): if notices.withLock({ $0.take() }) { terminal.say("note: \(text)") }
        case .disconnected(let reason, let pause):
            terminal.say("connection lost: \(SafeText.sentence(reason, limit: 300)); trying again in \(Human.duration(pause)); the run continues")
        case .fetched: terminal.endProgress()
        case .onHost(let name, let event): tell(event, of: name)
        }
    }

    /// What happens on one of several hosts, with its name before it.
    private func tell(_ event: JobEvent, of host: String) {
        let terminal = Terminal.shared, host = SafeText.line(host, limit: 100)
        switch event {
        case .problem(let problem): terminal.say("\(host): \(problem.isNote ? "note" : "warning"): \(SafeText.line(problem.description, limit: 500))")
        case .synced(let report): terminal.say("\(host): " + SyncSummary(report).text + (report.isPartial ? "; \(Human.count(report.problemCount, "problem"))" : ""))
        case .preparing(let command): terminal.say("\(host): preparing: \(SafeText.line(command, limit: 300))")
        case .buildLine(let line): terminal.say("\(host):   " + line)
        case .prepared(let seconds): terminal.say("\(host): prepared in \(Human.duration(seconds))")
        case .started(let status): terminal.say("\(host): run \(status.id): \(Human.count(status.total, "file")), \(Human.count(status.workersWanted, "worker"))")
        case .warning(let text): terminal.say("warning: \(host): \(text)")
        case .notice(let text): if notices.withLock({ $0.take() }) { terminal.say("note: \(host): \(text)") }
        case .disconnected(let reason, let pause):
            terminal.say("\(host): connection lost: \(SafeText.sentence(reason, limit: 300)); trying again in \(Human.duration(pause)); its run continues")
        case .connected, .queued, .syncing, .status, .finished, .fetched, .onHost: break
        }
    }

    /// A log gets a line for each step in the queue, a terminal also the percents of the run before.
    private func tell(_ place: QueuePlace) {
        Interruption.leaveWord("interrupted while waiting; the place in the queue was given up, and nothing was changed on \(host)")
        let isNews = toldPlace.withLock { told in
            let isFirst = told == nil
            defer { told = place }
            return place.isTurn ? !isFirst : told?.before != place.before || told?.run != place.run || told?.holder != place.holder
        }
        let text = QueueWords.text(place)
        if isNews { Terminal.shared.say(text) }
        if !place.isTurn { Terminal.shared.progress(text) }
    }

    /// Says once all is over how many lines were not printed.
    func end() {
        let terminal = Terminal.shared
        terminal.endProgress()
        let (files, notes) = (failing.withLock { $0.beyond }, notices.withLock { $0.beyond })
        if files > 0 { terminal.say("… and \(Human.count(files, "more file")) that failed or are flaky") }
        if notes > 0 { terminal.say("… and \(Human.count(notes, "more note"))") }
    }
}
