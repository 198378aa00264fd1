import ArgumentParser
import Wire

struct SltWorker: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slt-worker",
        abstract: "Run SQLLogicTest files: alone, or as part of a fleet that slt-remote starts.",
        discussion: "'run' runs test files on this machine, by default on the built-in SQLite. 'check' reads them and runs nothing. 'generate' makes a suite. "
            + "The other commands are for slt-remote, which uploads this program to the host.",
        version: "slt-worker \(Release.version)",
        subcommands: [RunFiles.self, CheckFiles.self, ReduceFile.self, SameFile.self, GenerateFiles.self, ParseFiles.self, AgentCommand.self, AwaitCommand.self, SuperviseCommand.self, BuildCommandGuard.self, WorkCommand.self, ReplayCommand.self, DiagnoseCommand.self, PromptCommand.self, DigestCommand.self])
}
