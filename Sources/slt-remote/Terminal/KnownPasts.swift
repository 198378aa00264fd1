import RemoteKit
import Reports

/// What became of failing files before, as far as this machine knows.
enum KnownPasts {
    /// - Parameter files: as in the records of the run.
    /// - Returns: none where nothing is known of earlier runs, or the history cannot be read: a report does without.
    static func of(_ files: [String], in folder: RunFolder) -> [String: FailurePast] {
        let history = RunHistory()
        guard !files.isEmpty, let pasts = try? history.pasts(before: folder, files: files) else { return [:] }
        // Where the suite was run before, a file that it did not have is new.
        guard !pasts.isEmpty || (try? history.lastFull(before: folder)) ?? nil != nil else { return [:] }
        let unknown = FailurePast(runs: 0, failed: 0)
        return Dictionary(files.map { ($0, pasts[$0] ?? unknown) }) { one, _ in one }
    }
}
