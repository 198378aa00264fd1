/// What the sender knows of its own work at its end.
struct SenderSummary: Codable, Sendable {
    var problems: [SyncProblem] = []
    var problemCount = 0
    var notes: [SyncProblem] = []
    var noteCount = 0
    /// How many lanes carried content besides the first.
    var lanes = 0

    mutating func add(_ problem: SyncProblem) {
        if problem.isNote {
            noteCount += 1
            if notes.count < SyncReport.problemLimit { notes.append(problem) }
        } else {
            problemCount += 1
            if problems.count < SyncReport.problemLimit { problems.append(problem) }
        }
    }
}
