import ArgumentParser
import Fleet
import Platform
import RemoteKit
import Reports

struct Pause: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Pause a live run: workers start no new files. --off resumes it.",
        discussion: "Files that are running are finished. The time limit keeps counting.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "End the pause.")
    var off = false

    @Flag(help: "Print the run's status as one JSON object.")
    var json = false

    @OptionGroup var which: RunArgument

    func run() async throws {
        let host = try common.remoteHost(common.configuration())
        let run = which.choice(on: host), off = off, all = which.isEveryLiveRun
        let changed = try await Interruption.watching {
            try await host.withAgent { agent in
                try await agent.chosen(run, all: all) { try await agent.pause(run: $0, !off) }
            }
        }
        for status in changed { try show(status, common.commands(on: host.name)) }
    }

    private func show(_ status: RunStatus, _ commands: CommandWords) throws {
        if json { return try JSONOutput.print(status) }
        let word = off ? "resumed" : "paused, \(Human.count(status.running, "file")) still running; resume with: \(commands.text("pause", "--off", status.id))"
        Terminal.shared.say("run \(status.id): \(word)")
    }
}
