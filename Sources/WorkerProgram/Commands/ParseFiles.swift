import ArgumentParser
import SQLLogicTest

struct ParseFiles: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parse", abstract: "Parse files and print the speed.", shouldDisplay: false)

    @Argument var files: [String]
    @Option var times = 1

    func run() throws {
        var command = ParseCommand(files: files)
        command.times = times
        try command.run { write($0, to: 1) }
    }
}
