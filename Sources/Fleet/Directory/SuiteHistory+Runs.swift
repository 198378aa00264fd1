extension SuiteHistory {
    /// Bytes of records that are read when the file has to be made again.
    private static let bytesRead = 1 << 30

    /// Runs that left no records, or whose records cannot be read, are passed over.
    public static func load(state: String, workspace: String) throws(FleetError) -> SuiteHistory {
        let path = file(Path(RunDirectory.runsFolder(state: state)).parent, workspace)
        let kept = read(path, workspace)
        var history = SuiteHistory()
        var left = bytesRead
        let runs = try RunDirectory.list(state: state).reversed().prefix { $0 > (kept?.lastRun ?? "") }
        for id in runs where left > 0 {
            guard let directory = try? RunDirectory.open(state: state, id: id), directory.spec.workspace == workspace,
                  let size = try? history.add(recordsAt: directory.layout.records) else { continue }
            history.lastRun = max(history.lastRun, id)
            left -= size
        }
        let hasNew = !history.lastRun.isEmpty
        if let kept { history.complete(with: kept) }
        // So that they are read once.
        if hasNew { try? history.write(path, workspace) }
        return history
    }

    /// Takes in a run that has ended.
    static func note(_ directory: RunDirectory) throws(FleetError) {
        let state = directory.layout.root.parent.parent, workspace = directory.spec.workspace
        let path = file(state, workspace)
        var history = SuiteHistory()
        history.lastRun = directory.spec.id
        _ = try history.add(recordsAt: directory.layout.records)
        // Without a file, runs before this one are looked at first.
        if let kept = read(path, workspace) {
            history.complete(with: kept)
        } else {
            history.complete(with: try load(state: state.text, workspace: workspace))
        }
        try history.write(path, workspace)
    }
}
