import Fleet
import FoundationEssentials
import Platform
import Synchronization
import TreeSync

/// Tries revisions, several at once, until the first bad one is known.
struct BisectSearch: Sendable {
    let place: BisectHost
    let session: BisectSession
    let commandLine: [String]
    let events: BisectEventHandler

    /// What is asked for cannot be found, also not by another try.
    struct Impossible: Error {
        let error: RemoteError
    }

    func run() async throws {
        let state = session.state
        events(.planned(commits: session.plan.graph.commits.count, known: state.trials.count, builds: state.jobs))
        events(.makingWorkspaces(state.workspaces.count))
        let areCopies = try await place.prepare(state.workspaces)
        try session.change { for lane in areCopies.indices where areCopies[lane] { $0.workspaces[lane].isUnfinished = false } }
        let lanes = try Lanes(self, areUsed: areCopies.contains(true) || !state.trials.isEmpty)
        try checkEnds()
        while case let next = next(), !next.isEmpty {
            try Task.checkCancellation()
            try session.change { $0.rounds += 1 }
            let left = session.plan.candidates.places.count
            events(.round(number: session.state.rounds, commits: next, left: left))
            try await lanes.run(next)
        }
    }

    // MARK: what next

    /// The ends are tried first; with them, where there is room, what would come next if they are as they are said to be.
    private func next() -> [String] {
        let state = session.state
        let ends = [state.bad.commit, state.good.commit].filter { session.trial(of: $0) == nil }
        guard !ends.isEmpty else { return isOver ? [] : session.plan.next(state.jobs) }
        // What the lines mean in other revisions is known from the bad one.
        if state.testsFromRevision, state.targets.contains(where: { $0.line != nil }), ends.contains(state.bad.commit) { return [state.bad.commit] }
        let room = state.jobs - ends.count
        return ends + (room > 0 && !isOver ? session.plan.next(room) : [])
    }

    private var isOver: Bool { if case .open = session.plan.standing { false } else { true } }

    /// What is wrong with the ends as they were given.
    func checkEnds() throws(Impossible) {
        let state = session.state
        if let good = session.trial(of: state.good.commit) { try checkGood(good, named(state.good)) }
        if let bad = session.trial(of: state.bad.commit) { try checkBad(bad, named(state.bad)) }
    }

    private func named(_ revision: BisectState.Revision) -> String {
        let name = SafeText.line(revision.name, limit: 200)
        return revision.commit.hasPrefix(revision.name) ? name : "\(name) (\(revision.commit.prefix(10)))"
    }

    private func checkGood(_ trial: BisectTrial, _ name: String) throws(Impossible) {
        switch trial.verdict {
        case .good: return
        case .bad: throw refusal("\(Self.first(trial)) fails already at the good revision \(name); name an older one")
        case .flaky: throw refusal("the good revision \(name) is no good one: \(trial.reason ?? "it is flaky"); name one that always holds")
        case .skip: throw refusal("the good revision \(name) says nothing: \(trial.reason ?? "it has no verdict"); name one that can be tested")
        }
    }

    private func checkBad(_ trial: BisectTrial, _ name: String) throws(Impossible) {
        switch trial.verdict {
        case .bad: return
        case .good:
            let targets = session.state.targets, what = targets.count == 1 ? "\(targets[0]) does not fail" : "nothing that was named fails"
            let line = targets.contains { $0.line != nil } ? "; a record is named by the line that a report names" : ""
            throw refusal("\(what) at the bad revision \(name)\(line); a failure that comes from changes that are not committed is in no commit")
        case .flaky: throw refusal("the bad revision \(name) fails only sometimes: \(trial.reason ?? "it is flaky"); find out first why it is flaky")
        case .skip: throw refusal("the bad revision \(name) says nothing: \(trial.reason ?? "it has no verdict"); name one that can be tested")
        }
    }

    private func refusal(_ why: String) -> Impossible { Impossible(error: RemoteError(.usage, "cannot bisect: \(why)")) }

    private static func first(_ trial: BisectTrial) -> String {
        guard let record = trial.failures.first?.record else { return "what was named" }
        let line = record.failures.first.map { ":\($0.recordLine ?? $0.line)" } ?? ""
        return SafeText.line(record.file, limit: 300) + line
    }

    // MARK: judging

    /// What verdicts are made by; of a revision's own test files by what the bad revision's lines were of.
    func judge(for commit: String) throws(Impossible) -> BisectJudge {
        let state = session.state
        var judge = BisectJudge(targets: state.targets, stopsAtFailure: place.configuration.engine.dialect == "rs")
        guard state.testsFromRevision, commit != state.bad.commit, let bad = session.trial(of: state.bad.commit) else { return judge }
        for target in state.targets {
            guard let line = target.line else { continue }
            let failures = bad.failures.first { $0.record.file == target.file }?.record.failures ?? []
            guard let identity = failures.first(where: { $0.line == line || $0.recordLine == line })?.identity else {
                throw refusal("\(target) does not fail at the bad revision, or has no SQL by which it could be known in others")
            }
            judge.identities[target] = identity
        }
        return judge
    }
}
