import FoundationEssentials
import Fleet
import RemoteKit
import Synchronization
import TreeSync

/// Shows what happens in a job on stderr: one line for each step, one rewritten line for what moves.
final class JobPrinter: Sendable {
    let host: String
    private let moving = Mutex(SyncProgressLine())
    private static let start = ContinuousClock.now

    init(host: String) { self.host = host }

    func callAsFunction(_ event: JobEvent) {
        let terminal = Terminal.shared
        switch event {
        case .connected: break
        case .syncing(let progress): terminal.progress(moving.withLock { $0.text(progress, now: Self.start.duration(to: .now) / .seconds(1)) })
        case .problem(let problem): terminal.say("warning: \(SafeText.line(problem.description, limit: 500))")
        case .synced(let report):
            terminal.endProgress()
            terminal.say(SyncSummary(report).text + (report.isPartial ? "; \(Human.count(report.problemCount, "problem"))" : ""))
        case .preparing(let command): terminal.say("preparing: \(SafeText.line(command, limit: 300))")
        case .buildLine(let line): terminal.say("  " + line)
        case .prepared(let seconds): terminal.say("prepared in \(Human.duration(seconds))")
        case .started(let status):
            let run = SafeText.line(status.id, limit: 64)
            terminal.say("run \(run) on \(host): \(Human.count(status.total, "file")), \(Human.count(status.workersWanted, "worker"))")
            Interruption.leaveWord("detached; run \(run) goes on: slt-remote attach --host \(host) \(run)")
        case .status(let status, let sample):
            let style = terminal.errorStyle
            terminal.progress(ProgressLine.text(status, sample: sample, now: sample.time, style: style))
        case .finished: break
        case .notice(let text): terminal.say("note: \(text)")
        case .disconnected(let reason, let pause):
            terminal.say("connection lost: \(SafeText.line(reason, limit: 300)); trying again in \(Human.duration(pause)), the run goes on")
        case .fetched: terminal.endProgress()
        }
    }
}

extension SyncSummary {
    /// What a sync's report says, in a line.
    init(_ report: TreeSync.SyncReport) {
        self.init(files: Int(clamping: report.seen.total), created: Int(clamping: report.created.total),
                  updated: Int(clamping: report.updated.total + report.touched.total), deleted: Int(clamping: report.deleted.total),
                  bytes: Int(clamping: report.bytesLiteral), sent: Int(clamping: report.bytesToReceiver),
                  seconds: report.secondsListing + report.secondsMoving + report.secondsFinishing, isDryRun: report.isDryRun)
    }
}
