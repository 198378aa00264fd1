/// What a worker has explained. In a soak run a file fails again and again; as long as it does so in the same way, once is enough.
final class ExplainedFiles {
    private var hashes: [Int: Int] = [:]

    /// Whether the rows are others than the last ones that this worker explained of the file; notes that they are explained.
    func isNew(_ failures: [FailureRows], of id: Int) -> Bool {
        var hasher = Hasher()
        for rows in failures {
            hasher.combine(rows.recordLine)
            hasher.combine(rows.actual)
        }
        let hash = hasher.finalize()
        defer { hashes[id] = hash }
        return hashes[id] != hash
    }
}
