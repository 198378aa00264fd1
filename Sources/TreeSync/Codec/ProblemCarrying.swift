/// What lists problems and notes.
protocol ProblemCarrying {
    var problems: [SyncProblem] { get set }
    var notes: [SyncProblem] { get set }
}

extension SyncReport: ProblemCarrying {}

extension SenderSummary: ProblemCarrying {}
