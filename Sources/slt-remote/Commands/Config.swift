import ArgumentParser
import RemoteKit

struct Config: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Show the effective configuration and where each value comes from.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        Terminal.shared.output(try common.configuration().listing())
    }
}
