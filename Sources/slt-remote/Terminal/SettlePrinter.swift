import Fleet
import Platform
import RemoteKit
import Reports
import Synchronization

/// Shows on stderr how far the runs of `flaky --settle` are.
final class SettlePrinter: Sendable {
    private let file: String
    private let host: String
    private let place = Mutex("")

    init(file: String, host: String) {
        self.file = SafeText.line(file, limit: 200)
        self.host = host
        Interruption.leaveWord("interrupted while connecting to \(host); nothing was run")
    }

    func callAsFunction(_ event: SettleEvent) {
        let terminal = Terminal.shared
        switch event {
        case .begins(let condition, let number, let count):
            place.withLock { $0 = "run \(number) of \(count), \(SettleReport.words(condition))" }
            terminal.progress("\(file): \(place.withLock { $0 })")
        case .counted(let count):
            terminal.endProgress()
            terminal.say("\(SettleReport.words(count.condition)): failed \(Human.count(count.failed)) of \(Human.count(count.runs))")
        case .job(let event): show(event)
        }
    }

    private func show(_ event: JobEvent) {
        let terminal = Terminal.shared
        switch event {
        case .started(let status): Interruption.leaveWord("interrupted: run \(status.id) was stopped on \(host); what it came to is in its results there")
        case .status(let status, _):
            let round = status.iteration.map { ", round \($0)" } ?? ""
            terminal.progress("\(file): \(place.withLock { $0 })\(round)")
        case .warning(let text): terminal.say("warning: \(text)")
        case .disconnected(let reason, let pause):
            terminal.say("connection lost: \(SafeText.sentence(reason, limit: 300)); trying again in \(Human.duration(pause)); the run continues")
        default: break
        }
    }
}
