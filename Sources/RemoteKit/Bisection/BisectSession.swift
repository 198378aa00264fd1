import Fleet
import Platform
import Synchronization
import TreeSync

/// What is known while a bisect is at work; each change is on the disk before the next one.
final class BisectSession: Sendable {
    private struct Known {
        var state: BisectState
        var plan: BisectPlan
    }

    private let folder: BisectFolder
    private let known: Mutex<Known>

    init(_ state: BisectState, _ graph: RevisionGraph, _ folder: BisectFolder) {
        var plan = BisectPlan(graph)
        for trial in state.trials { plan.note(trial.verdict, of: trial.commit) }
        self.folder = folder
        known = Mutex(Known(state: state, plan: plan))
    }

    var state: BisectState { known.withLock { $0.state } }
    var plan: BisectPlan { known.withLock { $0.plan } }

    func trial(of commit: String) -> BisectTrial? { known.withLock { $0.state.trials.last { $0.commit == commit } } }

    func change(_ body: (inout BisectState) -> Void) throws(RemoteError) {
        try known.withLock { known throws(RemoteError) in
            body(&known.state)
            try folder.write(known.state)
        }
    }

    func take(_ trial: BisectTrial) throws(RemoteError) {
        try known.withLock { known throws(RemoteError) in
            known.state.trials.removeAll { $0.commit == trial.commit }
            known.state.trials.append(trial)
            known.plan.note(trial.verdict, of: trial.commit)
            try folder.write(known.state)
        }
    }

    /// Called while a run goes on, which a full disk does not end: the next verdict says so.
    func noteRun(_ id: String) { try? change { $0.runs.append(id) } }
}
