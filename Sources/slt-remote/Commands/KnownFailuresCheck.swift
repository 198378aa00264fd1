import ArgumentParser
import FoundationEssentials
import RemoteKit
import Reports

struct KnownFailuresCheck: Verb {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check the list without a run.",
        discussion: "Exit code 1 if an entry's day is over, if it has neither a reason nor an issue, or if its file is not in the source tree; 2 if the list cannot be read.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let configuration = try common.configuration(), place = try KnownFailuresPlace(configuration), file = try place.read()
        let faults = file.faults(now: Date().timeIntervalSince1970, source: configuration.sync.source)
        if faults.isEmpty { return Terminal.shared.output(KnownFailuresReport.sound(file)) }
        Terminal.shared.output(faults.map { KnownFailuresReport.text($0) + "\n" }.joined())
        throw Leave(.testsFailed)
    }
}
