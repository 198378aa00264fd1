import ArgumentParser
import SQLLogicTest

struct GenerateFiles: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Write a suite of random SQLLogicTest files, with the results that SQLite gives.",
        discussion: "The same seed gives the same bytes.")

    @Option(help: "What the random choices start from.")
    var seed: UInt64 = 1

    @Option(help: "How many files.")
    var files = 100

    @Option(name: .customLong("records"), help: "About how many records a file has.")
    var records = 60

    @Option(name: .customLong("fail"), help: "How many records get a wrong expectation; each is listed.")
    var failures = 0

    @Option(name: .customLong("slow"), help: "Adds a file that takes about this many seconds.")
    var slowSeconds: Int?

    @Argument(help: "The folder; made if it is not there.")
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
