import ArgumentParser
import SQLLogicTest

struct CheckFiles: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read files and run nothing: say what is wrong with them, and what they do outside of the database.",
        discussion: """
            Look at a stranger's files with this before you run them. It lists records that start programs, SQL that opens files or loads code, and files that are not in \
            the folder of the test file. What variables make of SQL is only known when it runs.

            Exit codes: 0 nothing is wrong; 1 something is wrong; 2 a file cannot be read; 64 wrong arguments.
            """)

    @Argument(help: "The test files.", completion: .file(extensions: ["test", "slt"]))
    var files: [String]

    @Option(help: "Dialect of the files. rs is that of sqllogictest-rs.")
    var dialect = Dialect.sqlite

    @Flag(help: "Print one JSON object per file.")
    var json = false

    func run() throws {
        var command = CheckCommand(files: files, dialect: dialect)
        command.json = json
        throw ExitCode(command.run(output: { write($0, to: 1) }, diagnostics: { write($0, to: 2) }))
    }
}
