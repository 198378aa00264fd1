package import Platform

extension FileRecord {
    /// The record without what must not be stored: known secrets, and in messages and output also what has the form of one, which may be a
    /// secret of the host that nobody has named. Statements and results are a script's own words: of them only known secrets are taken out.
    package func redacted(by redaction: Redaction) -> FileRecord {
        var record = self
        record.message = message.map(redaction.message)
        record.notCached = notCached.map(redaction.message)
        record.database = database?.mapped(redaction.message)
        record.output = output.map(redaction.message)
        record.failures = failures.map { $0.redacted(by: redaction) }
        return record
    }
}

extension RecordFailure {
    fileprivate func redacted(by redaction: Redaction) -> RecordFailure {
        var copy = self
        copy.message = redaction.message(message)
        copy.sql = redaction.text(sql)
        copy.expected = redaction.text(expected)
        copy.actual = redaction.text(actual)
        return copy
    }
}

extension FailureRows {
    /// The same without the values of secrets.
    func redacted(by redaction: Redaction) -> FailureRows {
        var copy = self
        copy.expected = expected?.map(redaction.text)
        copy.actual = actual.map(redaction.text)
        copy.unknown = unknown.map(redaction.message)
        return copy
    }
}
