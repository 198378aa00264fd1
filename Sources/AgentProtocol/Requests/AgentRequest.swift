public import Fleet

/// What a client may ask of the agent; each opens an exchange, whose messages are said with the case.
///
/// Paths are absolute on the host or begin with `~/`.
public enum AgentRequest: Codable, Sendable {
    /// Receives a tree: the messages are a sync's, the client sending. With a token, agents of further connections
    /// of the same user may bring lanes of this sync.
    case sync(WorkspaceRequest, laneToken: String?)
    /// Whether the tree may have the workspace; changes nothing. The agent sends nothing but its refusal.
    case claim(WorkspaceRequest)
    /// What a workspace remembers of its tree. The agent sends one `TreeOrigin`, or nothing.
    case mark(workspace: String)
    /// Makes a workspace that is not there as a copy of another one of the same client, what was built there included. The agent sends a `Bool`, whether it did:
    /// not where the first is there, or the other is not or is in use.
    case copyWorkspace(WorkspaceRequest, from: WorkspaceRequest)
    /// Makes a workspace that is not there as a copy of the one on the host whose files are most like the source's. The agent sends the `TreeOrigin` of that one; nothing
    /// where the workspace is there, or none is like it.
    case copyNearest(WorkspaceRequest)
    /// Lists the workspaces in a folder. The agent sends one ``TreeWorkspace`` for each.
    case treeWorkspaces(folder: String)
    /// Removes a workspace of this tree, and what an unfinished copy left. Nothing is answered.
    case removeWorkspace(WorkspaceRequest)
    /// Takes a place behind those who use the workspace or wait for it, until the run of this conversation has started. The agent sends ``QueuePlace`` values
    /// until it is this one's turn; one where the client does not wait.
    case queue(WorkspaceRequest, by: String, waits: Bool)
    /// Makes a folder beside the workspace for the sources of a run that waits without a client. The agent sends one ``QueuePlace``, which names it.
    case stage(WorkspaceRequest)
    /// Leaves the place of this conversation to a process of the host, which builds and starts the run in its turn. The agent sends one ``QueuePlace``.
    case leaveWaiting(WaitingStart)
    /// A lane of a sync that another agent process serves: content only, from the client.
    case lane
    /// What the sync that just brought this tree knows of it: the commit, the branch. The agent sends a `Bool`, whether it was noted.
    case noteSource(SourceStamp)
    /// Runs the build command. The agent sends ``PrepareMessage``s.
    case prepare(PrepareRequest)
    /// Takes a closer look at a file. The agent sends ``DiagnosisAnswer``s.
    case diagnose(DiagnosisRequest)
    /// What the engine of the next start or resume of this conversation is given and no file may hold. Nothing is answered.
    case secrets(EngineSecrets)
    /// Which files a run would have, before it is started. The agent sends `SuiteSurvey`s.
    case survey(StartRequest)
    /// The next start of this conversation takes these files alone, by their keys; several messages add up. Nothing is answered.
    case share([UInt64])
    /// Takes files that nobody has claimed so far out of a live run, at most so many. The agent sends ``GivenBack``s.
    case giveBack(run: RunChoice, count: Int)
    /// Makes a run and starts it. The agent sends one `RunStatus`.
    case start(StartRequest)
    /// Starts an interrupted or stopped run again. The agent sends one `RunStatus`.
    case resume(ResumeRequest)
    /// The agent sends ``FollowMessage``s until the run has ended.
    case follow(run: RunChoice, from: Int)
    /// The agent sends one ``HostReport``.
    case status(run: RunChoice)
    /// The agent sends `RunStatus` values until the run has ended.
    case stop(run: RunChoice, now: Bool)
    /// Changes the number of workers of the live run. The agent sends one `RunStatus`.
    case workers(run: RunChoice, count: Int)
    /// Stops claims for a while, or lets them go on. The agent sends one `RunStatus`.
    case pause(run: RunChoice, paused: Bool)
    /// Looks for what older runs left behind, and ends it if asked to. The agent sends one ``DoctorReport``.
    case doctor(ends: Bool)
    /// The agent sends one `RunStatus` a run, latest first.
    case runs(limit: Int)
    /// The agent sends raw bytes of a log.
    case logs(LogRequest)
    /// Sends a run directory: the messages are one ``FetchHeader``, then a sync's, the agent sending.
    case fetch(run: RunChoice)
    /// Removes runs that have ended, or says what they take. The agent sends one `RunRemoval` for each.
    case removeRuns([String], isDryRun: Bool)
    /// Removes what nobody needs any more, or says what that is. The agent sends one `UnneededItem` for each thing.
    case clean(keepingAgents: [String], isDryRun: Bool)
}

extension AgentRequest {
    /// The one run that all answers are about; `nil` where they are about none, or about several.
    var run: RunChoice? {
        switch self {
        case .follow(let run, _), .status(let run), .stop(let run, _), .workers(let run, _), .pause(let run, _), .fetch(let run): run
        case .giveBack: nil
        case .resume(let request): request.run
        case .logs(let request): request.run
        case .start: .any
        case .sync, .claim, .mark, .copyWorkspace, .copyNearest, .treeWorkspaces, .removeWorkspace, .queue, .stage, .leaveWaiting, .lane, .noteSource, .prepare, .diagnose, .secrets, .survey, .share, .doctor, .runs, .removeRuns, .clean: nil
        }
    }

    /// What is waited for, for people.
    var purpose: String {
        switch self {
        case .sync: "the sync"
        case .queue: "the workspace"
        case .stage: "a place for the sources"
        case .copyWorkspace, .copyNearest: "the copy of the workspace"
        case .removeWorkspace: "the removal of the workspace"
        case .survey: "the list of test files"
        case .giveBack: "files of the run"
        case .follow: "news of the run"
        case .fetch: "the results"
        case .removeRuns: "the removal of runs"
        case .clean: "the list of what is not needed"
        default: "an answer to '\("\(self)".prefix { $0 != "(" })'"
        }
    }
}
