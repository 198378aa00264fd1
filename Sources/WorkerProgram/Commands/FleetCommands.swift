import ArgumentParser
import Fleet
import Glibc
import Platform
import SQLLogicTest

struct SuperviseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "supervise", abstract: "Supervise a run.", shouldDisplay: false)

    @Argument var runDirectory: String
    /// Of an array job: this process is one of its elements.
    @Option var firstElement: Int?
    @Option var arrayWorkers: Int?

    func run() throws {
        let element = firstElement.flatMap { first in arrayWorkers.map { ArrayElement(first: first, workers: $0) } }
        throw ExitCode(Supervisor.main(runDirectory: runDirectory, executable: OwnProgram.path, element: element) { RunVerdicts($0) })
    }
}

struct BuildCommandGuard: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "build", abstract: "Run a build command and end every process that it started.", shouldDisplay: false)

    @Argument(help: "A line for /bin/sh. Write '--' before one that begins with a dash.") var command: String

    func run() throws { throw ExitCode(BuildGuard.main(command: command)) }
}

struct WorkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "work", abstract: "Claim and run the files of a run.", shouldDisplay: false)

    @Argument var runDirectory: String
    @Option var slot: Int
    /// The folder of the element of a cluster's job that it belongs to.
    @Option var node: String?

    func run() throws {
        let code = Worker.main(runDirectory: runDirectory, slot: slot, node: node, executor: { directory in
            switch directory.spec.engine.kind {
            case .sqlite, .postgres, .external: 
                try ScriptExecutor(directory.spec.engine, workspace: directory.spec.workspace, recordTimeout: directory.spec.recordTimeout,
                                   notes: directory.spec.cached == nil ? nil : directory.verdictNotes(slot: slot),
                                   keepsDatabases: directory.spec.keepsDatabases == true)
            case .command: CommandExecutor(directory)
            }
        }, identity: { directory, executor in
            EngineInspection(spec: directory.spec.engine, workspace: directory.spec.workspace, version: (executor as? ScriptExecutor)?.version).identity
        })
        throw ExitCode(code)
    }
}
