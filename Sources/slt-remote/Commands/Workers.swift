import ArgumentParser
import Fleet
import Platform
import RemoteKit
import Reports

struct Workers: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Change the number of workers of a live run.",
        discussion: "New workers start at once. Workers that are no longer wanted finish their file first.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print the run's status as one JSON object.")
    var json = false

    @Argument(help: "The new number of workers.")
    var count: Int

    @OptionGroup var which: RunArgument

    func validate() throws {
        if count < 1 { throw ValidationError("the number of workers must be 1 or more; to halt the run, use 'slt-remote pause' or 'slt-remote stop'") }
    }

    func run() async throws {
        let host = try common.remoteHost(common.configuration())
        let run = which.choice(on: host), count = count, all = which.isEveryLiveRun
        let changed = try await Interruption.watching {
            try await host.withAgent { agent in
                try await agent.chosen(run, all: all) { try await agent.workers(run: $0, count: count) }
            }
        }
        for status in changed { try show(status) }
    }

    private func show(_ status: RunStatus) throws {
        if json { return try JSONOutput.print(status) }
        Terminal.shared.say("run \(status.id): \(Human.count(status.workersWanted, "worker")) wanted, \(Human.count(status.alive)) alive")
    }
}
