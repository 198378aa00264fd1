import ArgumentParser
import Fleet
import Glibc
import SQLLogicTest

struct SuperviseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "supervise", abstract: "Keep a run going.", shouldDisplay: false)

    @Argument var runDirectory: String

    func run() throws {
        throw ExitCode(Supervisor.main(runDirectory: runDirectory, executable: OwnProgram.path))
    }
}

struct WorkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "work", abstract: "Claim files of a run and run them.", shouldDisplay: false)

    @Argument var runDirectory: String
    @Option var slot: Int

    func run() throws {
        let code = Worker.main(runDirectory: runDirectory, slot: slot) { directory in
            switch directory.spec.engine.kind {
            case .sqlite, .postgres, .external: try ScriptExecutor(directory.spec.engine, workspace: directory.spec.workspace)
            case .command: CommandExecutor(directory)
            }
        }
        throw ExitCode(code)
    }
}
