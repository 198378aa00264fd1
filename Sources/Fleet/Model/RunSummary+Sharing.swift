extension RunSummary {
    /// Of a run whose counts are set afterwards.
    package init(id: String, workspace: String, end: RunEnd, startedAt: Double, finishedAt: Double, total: Int) {
        self.init(id: id, workspace: workspace, end: end, startedAt: startedAt, finishedAt: finishedAt, wall: max(0, finishedAt - startedAt), total: total, outcomes: [:],
                  tests: 0, skippedRecords: 0, errors: 0, workers: 0, restarts: 0, lateResults: 0)
    }
}
