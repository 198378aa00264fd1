/// What can be done about an error, as a value.
///
/// A library does not know how its user would do it: by an option of a command, a key of a file or a call. The description says what to do in
/// plain words; a program with a command line words each case by its own commands. The names of the cases and of what they hold cross
/// conversations as JSON: they stay as they are.
public enum Remedy: Sendable, Hashable, Codable {
    /// Words that name no command: `check the permissions`.
    case advice(String)

    // MARK: hosts

    /// Name a host to use: none is configured, or several are.
    case nameHost
    /// Accept an unknown host key.
    /// - Parameters:
    ///   - fingerprint: `SHA256:…`.
    ///   - check: what to do before, in words.
    ///   - alias: the host's name for ssh.
    case acceptHostKey(fingerprint: String, check: String, alias: String)

    // MARK: workspaces and syncs

    /// Choose another folder of the host as workspace.
    case otherWorkspace
    /// Choose another workspace, or make this one the tree's all the same.
    case takeOver
    /// Let the sync delete so much, if it is meant.
    case deleteAnyway
    /// Build and test though the sync could not bring everything.
    case allowPartialSync

    // MARK: runs

    /// Name test files: none are given.
    case nameFiles
    /// Start a run: there is none.
    case startRun
    /// Start a run of this project, or name one of another project.
    case startOrNameRun
    /// Look for the run in the list of runs.
    case listRuns
    /// Name one of the list of runs: those of other projects are not meant by themselves.
    case nameRun
    /// Follow a run that is going on.
    case follow(run: String)
    /// Wait for a run, or end it. Without a name it is out of this user's reach.
    case awaitRun(run: String?)
    /// Wait for the workspace as others do.
    case queue
    /// Resume a run on the sources that are there now; both are noted.
    case resumeOnOtherSources
    /// Do not ask for only the files that failed.
    case allFiles
    /// Ask for fewer runs.
    case fewerRuns

    // MARK: results

    /// Fetch the results of a run once more.
    case fetchAgain(run: String)
    /// Put the results into another folder.
    case otherResultsFolder
    /// Move away what is in the results' folder, or put them into another one.
    case clearResultsFolder
    /// Make the history again from the runs.
    case rebuildHistory
    /// Look for the run in the list of those that are on this machine.
    case listFetchedRuns
    /// Name runs that are on this machine, or fetch more.
    case nameFetchedRuns

    // MARK: bisects

    /// Go on with a bisect that was interrupted.
    case resumeBisect
    /// Give an interrupted bisect up.
    case abortBisect
}

extension Remedy: CustomStringConvertible {
    /// What to do, in words that name no command.
    public var description: String {
        switch self {
        case .advice(let text): text
        case .nameHost: "name the host"
        case .acceptHostKey(let fingerprint, let check, _): "\(check), then accept \(fingerprint)"
        case .otherWorkspace: "choose another workspace"
        case .takeOver: "choose another workspace, or take this one over if it is meant"
        case .deleteAnyway: "check the source, or force the sync if it is meant"
        case .allowPartialSync: "mend that, or allow a partial sync"
        case .nameFiles: "name test files"
        case .startRun: "start one"
        case .startOrNameRun: "start one, or name one of another project"
        case .listRuns: "look for it in the list of runs"
        case .nameRun: "name one of the list of runs"
        case .follow(let run): "follow run \(run)"
        case .awaitRun(let run): run.map { "wait for run \($0) or end it" } ?? "wait for it or end it"
        case .queue: "wait in the same queue"
        case .resumeOnOtherSources: "sync the former again, start a new run, or force the resume, which records both"
        case .allFiles: "ask for all files"
        case .fewerRuns: "ask for fewer runs"
        case .fetchAgain(let run): "fetch run \(run) again"
        case .otherResultsFolder: "choose another folder"
        case .clearResultsFolder: "move it away, or choose another folder"
        case .rebuildHistory: "make it again from the runs"
        case .nameFetchedRuns: "name two runs, or fetch more"
        case .resumeBisect: "resume the bisect"
        case .abortBisect: "give the interrupted bisect up"
        case .listFetchedRuns: "look for it in the list of fetched runs"
        }
    }
}
