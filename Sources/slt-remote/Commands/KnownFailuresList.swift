import ArgumentParser
import Fleet
import FoundationEssentials
import RemoteKit
import Reports

struct KnownFailuresList: Verb {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Show the known failures, with reasons and last days.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print the list as one JSON object.")
    var json = false

    func run() async throws {
        let place = try KnownFailuresPlace(try common.configuration()), file = try place.read()
        if json { return try JSONOutput.print(file.list) }
        if file.list.isEmpty {
            Terminal.shared.say("no failures are known in \(place.path); write the list from a run with: \(common.commands(on: nil).text(["known-failures", "update"]))")
        } else {
            Terminal.shared.output(KnownFailuresReport.screen(file, now: Date().timeIntervalSince1970, style: Terminal.shared.outputStyle))
        }
    }
}
