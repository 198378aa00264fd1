/// What could not be read of what decides on a source, met while it is walked.
final class RuleProblems: Sendable {
    private let monitor = Monitor([SyncProblem]())

    var all: [SyncProblem] { monitor.withLock { $0 } }

    func add(_ problem: SyncProblem) { monitor.withLock { $0.append(problem) } }
}
