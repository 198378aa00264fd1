import ArgumentParser
import Wire

struct SltWorker: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slt-worker",
        abstract: "Runs SQLLogicTest files: alone, or as a fleet that slt-remote starts.",
        discussion: "On a laptop, 'run' checks files against the SQLite inside and 'generate' makes a suite. "
            + "The other commands are for slt-remote, which uploads this program to the host by itself.",
        version: "slt-worker \(Release.version)",
        subcommands: [RunFiles.self, GenerateFiles.self, ParseFiles.self, AgentCommand.self, SuperviseCommand.self, WorkCommand.self, DigestCommand.self])
}
