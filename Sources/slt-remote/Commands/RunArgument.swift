import ArgumentParser
import Fleet
import FoundationEssentials
import RemoteKit
import Reports

/// Which run a verb is about.
struct RunArgument: ParsableArguments {
    @Flag(help: "Consider the runs of all projects on the host, not only of this one.")
    var all = false

    @Argument(help: "The run. Default: this project's live run, else its latest.")
    var run: String?

    func choice(on host: Host) -> RunChoice { RunChoice(name: run, workspace: all ? nil : host.settings.workspace) }

    /// Leads from where the user stands to the top of the tree of this project's own runs; a run that is named, or of any project, may be of another tree.
    func upwards(_ configuration: Configuration) -> String {
        run == nil && !all ? SuiteNames(configuration, workingDirectory: FileManager.default.currentDirectoryPath).upwards : ""
    }

    /// Every live run is meant, not one of them.
    var isEveryLiveRun: Bool { all && run == nil }
}

extension Terminal {
    /// Says which runs of other projects there are, to somebody who asked for one of this project's.
    func say(elsewhere notes: [RunNote]?, verb: String, _ commands: CommandWords) {
        for note in (notes ?? []).prefix(5) {
            say("note: \(note.words) is of another project: \(commands.text(verb, note.id))")
        }
    }
}
