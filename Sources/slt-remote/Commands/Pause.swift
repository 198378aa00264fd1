import ArgumentParser
import Fleet
import RemoteKit

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
