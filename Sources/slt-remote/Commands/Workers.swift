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

struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop claims of a live run for a while; --off lets them go on.",
        discussion: "Files in flight are finished, and the time budget runs on.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Let claims go on.")
    var off = false

    @Flag(help: "Print where the run stands as one JSON object.")
    var json = false

    @Argument(help: "The run; without one the live run.")
    var run: String?

    func run() async throws {
        let host = try common.remoteHost(common.configuration())
        let run = run, off = off
        let status = try await Interruption.watching { try await host.withAgent { try await $0.pause(run: run, !off) } }.clamped()
        if json { return try JSONOutput.print(status) }
        let word = off ? "claims go on" : "claims are paused, \(Human.count(status.running, "file")) in flight; go on with: slt-remote pause --off"
        Terminal.shared.say("run \(SafeText.line(status.id, limit: 64)): \(word)")
    }
}
