import ArgumentParser
import RemoteKit

struct Config: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the configuration that is in force, and where each value comes from.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        Terminal.shared.output(try common.configuration().listing())
    }
}
