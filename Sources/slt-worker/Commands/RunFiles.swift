import ArgumentParser
import Glibc
import SQLLogicTest

struct RunFiles: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run SQLLogicTest files against the SQLite inside, each on a fresh database.",
        discussion: "Exits with 0 if every record held, 1 if one did not, 2 if a file could not be read.")

    @Argument(help: "The files.", completion: .file(extensions: ["test", "slt"]))
    var files: [String]

    @Flag(help: "Print one JSON object a file.")
    var json = false

    @Flag(help: "Stop each file at its first error.")
    var halt = false

    @Option(name: .customLong("ht"), help: "Results of more values than this are compared as a hash, whatever the files say; 0 never hashes.")
    var hashThreshold: Int?

    @Option(help: "The engine's name for skipif and onlyif.")
    var engineName: String?

    func validate() throws {
        if files.isEmpty { throw ValidationError("name at least one file") }
    }

    func run() throws {
        var command = RunCommand(files: files)
        command.json = json
        command.options.haltOnError = halt
        command.options.hashThreshold = hashThreshold
        command.options.engineName = engineName
        let code = command.run(on: try SQLiteEngine(threading: .single), output: { write($0, to: 1) }, diagnostics: { write($0, to: 2) })
        throw ExitCode(code)
    }
}
