import ArgumentParser
import SQLLogicTest

struct GenerateFiles: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Generate a suite of random SQLLogicTest files with SQLite's results.",
        discussion: "The same seed gives the same files, byte for byte.")

    @Option(help: "Seed of the random choices.")
    var seed: UInt64 = 1

    @Option(help: "Number of files.")
    var files = 100

    @Option(name: .customLong("records"), help: "Approximate number of records per file.")
    var records = 60

    @Option(name: .customLong("fail"), help: "Number of records with a wrong expectation. Each is listed.")
    var failures = 0

    @Option(name: .customLong("slow"), help: "Add a file that takes about this many seconds.")
    var slowSeconds: Int?

    @Argument(help: "The output folder. It is created if it is missing.")
    var folder: String

    func validate() throws {
        if files < 1 { throw ValidationError("--files must be 1 or more") }
        if records < 1 { throw ValidationError("--records must be 1 or more") }
        if failures < 0 { throw ValidationError("--fail must be 0 or more") }
    }

    func run() throws {
        var command = GenerateCommand(seed: seed, files: files, folder: folder)
        command.options.recordsPerFile = records
        command.options.failures = failures
        command.options.slowSeconds = slowSeconds
        try command.run { write($0, to: 1) }
    }
}
