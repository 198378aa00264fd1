/// What is said of a record that did not hold, or not at once.
extension RSRun {
    /// - Parameter index: of the record among `records`, which are all of the script.
    mutating func key(of index: Int, in records: [RSRecord]) -> RecordKey? {
        if keys == nil { keys = Self.keys(of: records) }
        return keys?.key(of: index)
    }

    /// A record is known by its text as the script has it, also a command.
    private static func keys(of records: [RSRecord]) -> RecordKeys {
        var keys = RecordKeys()
        for record in records {
            switch record.body {
            case .statement(_, let sql), .query(_, let sql), .bind(_, let sql): sql.withUnsafeBufferPointer { keys.add($0) }
            case .system(let command, _): command.withUnsafeBufferPointer { keys.add(command: $0) }
            case .sleep, .control, .hashThreshold, .halt: keys.add(nil)
            }
        }
        return keys
    }

    /// The record's failure with all that is known of it.
    /// - Parameter script: the one that is run, which the record need not stand in.
    mutating func explain(_ record: RSRecord, _ failure: ScriptFailure, _ key: RecordKey?, in script: Script) -> ScriptFailure {
        var finding = FailureFinding(recordLine: record.line, category: failure.category ?? failure.kind.category)
        finding.identity = key
        if failure.kind == .wrongValue, let kept = mismatch?.complete(&finding, rows.table), options.keepsRows { verdict.rows = [kept] }
        var failure = failure
        finding.complete(&failure)
        guard record.script !== script else { return failure }
        verdict.rows?[0].script = record.script.name
        return failure.attributed(to: record.script.name)
    }

    mutating func addRetried(_ index: Int, in records: [RSRecord]) {
        guard verdict.retried?.count ?? 0 < RecordRows.mostRecords, !options.records else { return }
        let identity = key(of: index, in: records)
        verdict.retried = (verdict.retried ?? []) + [RetriedRecord(line: records[index].mainLine, failed: failedAttempts, attempts: failedAttempts + 1, identity: identity)]
    }
}
