/// The run of some blocks of a script.
extension SQLiteRun {
    /// Whether the label agrees with what it stands for. In a part that is not known yet.
    mutating func agrees(_ label: ByteRange, _ digest: [UInt8]) -> Bool {
        guard let progress = division else { return labels.agrees(script.buffer(label), digest) }
        if progress.refusesLabels { return false }
        if progress.isOwn { division?.use = LabelUse(record: progress.record, digest: digest) }
        return true
    }

    /// Completes what is told of the label of the record that has just run.
    /// - Parameter before: the verdict without the record.
    mutating func closeLabel(_ record: borrowing SQLiteRecord, before: FileVerdict) {
        guard var use = division?.use else { return }
        if !consequences.isEmpty {
            readSQL(record)
            use.cause = consequences.add(sql.bytes, line: record.line, .wrongRows, message: "")
        }
        if !connection.notices.isEmpty { use.notices = connection.notices }
        if verdict.errors > before.errors { use.failures = failures(of: record, refusingLabelsAfter: before) }
        division?.closeLabel(use)
    }

    /// The failures of a record, whose result is still there, if its label does not agree.
    private mutating func failures(of record: borrowing SQLiteRecord, refusingLabelsAfter before: FileVerdict) -> [ScriptFailure] {
        let whole = verdict
        verdict = before
        division?.refusesLabels = true
        judgeRows(record)
        explain(record, number: (division?.record ?? 1) - 1, errors: before.errors, kept: before.failures.count)
        let failures = Array(verdict.failures[before.failures.count...])
        division?.refusesLabels = false
        verdict = whole
        return failures
    }
}
