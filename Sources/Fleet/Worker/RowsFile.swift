import Glibc

/// The side file of a record, `rows/<id>`: rows that explain its failures, a line of JSON each.
enum RowsFile {
    /// Bytes of a failure's values, and of a whole file.
    static let recordLimit = 64 << 10
    static let fileLimit = 1 << 20

    /// Writes it whole or not at all, in the place of one that is there.
    static func write(_ failures: [FailureRows], id: Int, layout: RunLayout) throws(FleetError) {
        var bytes: [UInt8] = []
        for rows in failures.prefix(FileRecord.failuresKept) {
            let line = try JSON.encode(rows.bounded(bytes: recordLimit))
            if bytes.count + line.count > fileLimit { break }
            bytes += line
        }
        guard !bytes.isEmpty else { return }
        let temporary = layout.temporary / "rows-\(id)-\(getpid())"
        do {
            try layout.rows.makeFolder()
            try File(temporary, O_WRONLY | O_CREAT | O_TRUNC).write(bytes)
            try temporary.rename(to: layout.rows(id))
        } catch {
            temporary.unlink()
            throw error
        }
    }
}
