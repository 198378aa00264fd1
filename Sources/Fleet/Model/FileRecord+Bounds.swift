extension FileRecord {
    /// Bytes of a record's texts.
    static let outputKept = 65536
    static let outputKeptOfPass = 1024
    static let textKept = 1024
    static let commandKept = 8192
    /// Bytes of its line that no record exceeds.
    static let longest = 1 << 24

    /// The record with everything cut to its bounds.
    package var bounded: FileRecord {
        var record = self
        record.message = message?.cut(toBytes: FileRecord.textKept)
        record.notCached = notCached?.cut(toBytes: FileRecord.textKept)
        // A command that is cut would open something else.
        record.database = database.map { KeptDatabase(open: $0.open.flatMap { $0.utf8.count <= FileRecord.commandKept ? $0 : nil }, note: $0.note?.cut(toBytes: FileRecord.textKept)) }
        record.failures = failures.prefix(FileRecord.failuresKept).map { $0.cut(toBytes: FileRecord.textKept) }
        if let output {
            let limit = outcome == .pass ? FileRecord.outputKeptOfPass : FileRecord.outputKept
            record.output = output.utf8.count <= limit ? output : String(decoding: output.utf8.suffix(limit), as: UTF8.self)
        }
        return record
    }

    static let failuresInEvent = 3

    /// The record as followers see it: the first failures, no output.
    var brief: FileRecord {
        var record = self
        record.failures = failures.prefix(FileRecord.failuresInEvent).map { $0.cut(toBytes: 400) }
        record.output = nil
        return record
    }

    /// Whether ``brief`` is all there is.
    var isBrief: Bool {
        output == nil && failures.count <= FileRecord.failuresInEvent && failures.allSatisfy { $0.cut(toBytes: 400) == $0 }
    }
}

extension RecordFailure {
    func cut(toBytes limit: Int) -> RecordFailure {
        var copy = self
        copy.message = message.cut(toBytes: limit)
        copy.sql = sql.cut(toBytes: limit)
        copy.expected = expected.cut(toBytes: limit)
        copy.actual = actual.cut(toBytes: limit)
        copy.script = script?.cut(toBytes: limit)
        return copy
    }
}
