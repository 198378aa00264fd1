import ArgumentParser
import Fleet
import RemoteKit

struct Stop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "End a run and wait until it has ended.",
        discussion: "Files in flight get a few seconds to finish; what is not tested stays untested, and 'run --resume' goes on with it.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "End files in flight at once.")
    var now = false

    @Flag(help: "Print where the run stands as one JSON object.")
    var json = false

    @Argument(help: "The run; without one the live run.")
    var run: String?

    func run() async throws {
        let host = try common.remoteHost(common.configuration())
        let run = run, now = now
        let status = try await Interruption.watching {
            try await host.withAgent { agent in
                let before = try await agent.status(run: run).run
                guard let before, before.phase == .running || before.phase == .stopping else { return (before, false) }
                return (try await agent.stop(run: before.id, now: now) { status in
                    let status = status.clamped()
                    Terminal.shared.progress("stopping run \(SafeText.line(status.id, limit: 64)): \(Human.count(status.running, "file")) in flight")
                }, true)
            }
        }
        Terminal.shared.endProgress()
        guard let last = status.0?.clamped() else { throw RemoteError(.usage, "there is no run on \(host.name)") }
        if json { try JSONOutput.print(last) }
        let id = SafeText.line(last.id, limit: 64)
        let counts = "\(Human.count(last.done - (last.outcomes[.untested] ?? 0))) of \(Human.count(last.total, "file")) have a result"
        Terminal.shared.say(status.1 ? "run \(id) has ended: \(counts)" : "run \(id) was not running: \(counts)")
    }
}
