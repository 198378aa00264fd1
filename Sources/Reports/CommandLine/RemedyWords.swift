public import Platform
public import RemoteKit

/// What can be done about an error, in words of the command line. All of them are here.
public struct RemedyWords: Sendable {
    private let commands: CommandWords

    /// - Parameter commands: are about the host and the project that the error is about.
    public init(_ commands: CommandWords) { self.commands = commands }

    /// `cannot …: why; what to do`, safe to print.
    public func text(_ error: RemoteError) -> String {
        error.remedy.map { "\(error.message); \(text($0))" } ?? error.message
    }

    /// What to do, without a capital or a point; safe to print.
    public func text(_ remedy: Remedy) -> String {
        switch remedy {
        case .advice(let text): SafeText.sentence(text, limit: 2000)
        case .nameHost: "or use --host NAME"
        case .acceptHostKey(let fingerprint, let check, let alias):
            "\(SafeText.sentence(check, limit: 500)), then accept it with --accept-host-key \(word(fingerprint)), or connect once with: ssh \(word(alias))"
        case .otherWorkspace: "choose another 'workspace'"
        case .takeOver: "choose another 'workspace', or use --take-over to make it this tree's"
        case .deleteAnyway: "check 'source', or use --force if it is right"
        case .allowPartialSync: "fix that, or use --allow-partial to test what is on the host"
        case .nameFiles: "set 'files' in [suite], or name files, folders or globs on the command line"
        case .startRun: "start one with: \(commands.text("run"))"
        case .startOrNameRun: "name one of those, use --all, or start one with: \(commands.text("run"))"
        case .listRuns: "list the runs with: \(commands.text("runs"))"
        case .nameRun: "name one of those, or use --all; list the runs with: \(commands.text("runs"))"
        case .follow(let run): "follow it with: \(commands.text("attach", run))"
        case .awaitRun(let run?): "wait for it (\(commands.text("attach", run))) or end it (\(commands.text("stop", run)))"
        case .awaitRun: "wait until it has ended"
        case .queue: "wait for your turn with: \(commands.text("run", "--wait"))"
        case .resumeOnOtherSources: "sync the former again, start a new run, or use --force, which records both"
        case .allFiles: "remove --failed"
        case .fewerRuns: "use a smaller --limit"
        case .fetchAgain(let run): "try again with: \(commands.text("fetch", run))"
        case .otherResultsFolder: "choose another with: \(commands.text("fetch", "--to", "DIR"))"
        case .nameFetchedRuns: "name two, or bring more home with: \(commands.text("fetch", "RUN"))"
        case .listFetchedRuns: "list those on this machine with: \(commands.text("history"))"
        case .clearResultsFolder: "move it away, or choose another with: \(commands.text("fetch", "--to", "DIR"))"
        case .resumeBisect: "go on with: \(commands.text("bisect", "--resume"))"
        case .abortBisect: "give it up with: \(commands.text("bisect", "--abort"))"
        case .rebuildHistory: "make it again from the runs with: \(CommandWords().text(["history", "rebuild"]))"
        }
    }

    private func word(_ text: String) -> String { ShellWord.quoted(SafeText.line(text, limit: 300)) }
}
