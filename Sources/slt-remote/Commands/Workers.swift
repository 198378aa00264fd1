import ArgumentParser
import Fleet
import RemoteKit

struct Workers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Change the number of workers of a live run.",
        discussion: "New workers start at once; those that are too many finish the file they are on.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print where the run stands as one JSON object.")
    var json = false

    @Argument(help: "How many there are to be.")
    var count: Int

    @Argument(help: "The run; without one the live run.")
    var run: String?

    func validate() throws {
        if count < 1 { throw ValidationError("the number of workers must be 1 or more; 'slt-remote pause' stops claims, 'slt-remote stop' the run") }
    }

    func run() async throws {
        let host = try common.remoteHost(common.configuration())
        let run = run, count = count
        let status = try await Interruption.watching { try await host.withAgent { try await $0.workers(run: run, count: count) } }.clamped()
        if json { return try JSONOutput.print(status) }
        Terminal.shared.say("run \(SafeText.line(status.id, limit: 64)): \(Human.count(status.workersWanted, "worker")) wanted, \(Human.count(status.alive)) alive")
    }
}
