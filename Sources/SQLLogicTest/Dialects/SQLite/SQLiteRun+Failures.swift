/// What is said of a record that did not hold. Records that hold never come here.
extension SQLiteRun {
    mutating func fail(_ kind: ScriptFailure.Kind, _ line: Int, _ message: String, _ category: FailureCategory? = nil,
                       expected: UnsafeBufferPointer<UInt8> = .init(start: nil, count: 0),
                       actual: UnsafeBufferPointer<UInt8> = .init(start: nil, count: 0)) {
        verdict.errors += 1
        if kind == .script { self.category = .script } else if let category { self.category = category }
        if category == .unexpectedError { refusal = message }
        if kind == .wrongHash || kind == .wrongValue || kind == .tooFewRows || kind == .tooManyRows { isMismatch = true }
        guard verdict.failures.count < options.failureLimit else { return }
        let failure = ScriptFailure(kind: kind, line: line, message: message, sql: ScriptFailure.cut(sql.bytes),
                                    expected: ScriptFailure.cut(expected), actual: ScriptFailure.cut(actual))
        verdict.failures.append(failure.with(notices: connection.notices))
    }

    /// A record that was ended says nothing of its result, also where it must fail.
    @inline(never)
    mutating func failTimeout(_ failure: EngineFailure, _ record: borrowing SQLiteRecord) {
        fail(.timeout, record.line, failure.message, .timeout)
        interruption = failure.interruption
        if interruption?.lostDatabase == true { verdict.stopReason = .timeout }
    }

    /// Completes the failures of a record.
    /// - Parameters:
    ///   - number: of the record in the script, from 0.
    ///   - errors: how many there were before it.
    ///   - kept: how many of them were kept.
    @inline(never)
    mutating func explain(_ record: borrowing SQLiteRecord, number: Int, errors: Int, kept: Int) {
        defer { (category, isMismatch, refusal, interruption) = (nil, false, "", nil) }
        var finding = FailureFinding(recordLine: record.line, category: category ?? .wrongRows)
        finding.causedBy = consequences.add(sql.bytes, line: record.line, finding.category, message: refusal, rolledBack: interruption?.rolledBack == true)
        if finding.causedBy != nil { verdict.consequences += verdict.errors - errors }
        guard kept < verdict.failures.count else { return }
        finding.identity = key(of: number)
        if isMismatch, !options.records {
            let mode = record.sortMode(in: script) ?? .nosort
            let hash = expectedHash(of: record)
            if category == nil { judge(record, mode, hash, &finding) }
            if options.keepsRows, verdict.rows?.count ?? 0 < RecordRows.mostRecords { keepRows(record, mode, hash, finding) }
        }
        if isMismatch, !options.records { addRows(record, to: kept) }
        for index in kept..<verdict.failures.count { finding.complete(&verdict.failures[index]) }
    }

    private mutating func key(of number: Int) -> RecordKey? {
        if keys == nil { keys = Self.keys(of: script) }
        return keys?.key(of: number)
    }

    static func keys(of script: Script) -> RecordKeys {
        var keys = RecordKeys()
        var parser = SQLiteParser(script)
        var record = SQLiteRecord()
        var sql = ByteBuffer()
        while parser.next(&record) {
            let hasSQL = record.kind == .statement || record.kind == .query
            if hasSQL { record.sql.read(from: script, into: &sql) }
            keys.add(hasSQL ? sql.bytes : nil)
        }
        return keys
    }

    // MARK: Results

    /// The line that stands for a long result, if the script has one.
    private func expectedHash(of record: borrowing SQLiteRecord) -> ByteRange? {
        guard record.expected.lines == 1 else { return nil }
        var lines = record.expected.cursor(in: script)
        return lines.advance() && ResultDigest.named(in: script.buffer(lines.line)) != nil ? lines.line : nil
    }

    private mutating func judge(_ record: borrowing SQLiteRecord, _ mode: SortMode, _ hash: ByteRange?, _ finding: inout FailureFinding) {
        if let hash {
            finding.isHashed = true
            finding.category = HashProof.category(of: script.buffer(hash), rows, mode, &sorter)
            return
        }
        guard rows.count == record.expected.lines, rows.count <= ResultMismatch.mostValues else { return }
        let types = script.buffer(record.tokens.1)
        let mismatch = ResultMismatch(columns: rows.columns, areTexts: types.map { $0 == UInt8(ascii: "T") }, sortMode: mode,
                                      expected: expectedValues(record, limit: .max), actual: rows.values(limit: .max))
        (finding.category, finding.ulps) = mismatch.judged
    }

    private func expectedValues(_ record: borrowing SQLiteRecord, limit: Int) -> [String] {
        var values: [String] = []
        var lines = record.expected.cursor(in: script)
        var left = limit
        while lines.advance(), left >= lines.line.count {
            left -= lines.line.count
            // As in the original, a line ends at a NUL.
            values.append(String(decoding: script.buffer(lines.line).prefix { $0 != 0 }, as: UTF8.self))
        }
        return values
    }

    /// Bytes of values that are looked at for a text of rows.
    private static let textRead = 4 * ScriptFailure.textLimit

    private mutating func addRows(_ record: borrowing SQLiteRecord, to index: Int) {
        guard expectedHash(of: record) == nil, verdict.failures[index].kind != .wrongHash else { return }
        let columns = record.sortMode(in: script) == .valuesort ? 1 : rows.columns
        let (expected, actual) = (expectedValues(record, limit: Self.textRead), rows.values(limit: Self.textRead))
        // A first value that is longer stands in the failure itself.
        guard !expected.isEmpty || record.expected.lines == 0, !actual.isEmpty || rows.count == 0 else { return }
        verdict.failures[index].expectedRows = ScriptFailure.rows(expected, columns: columns, of: record.expected.lines)
        verdict.failures[index].actualRows = ScriptFailure.rows(actual, columns: columns, of: rows.count)
    }

    private mutating func keepRows(_ record: borrowing SQLiteRecord, _ mode: SortMode, _ hash: ByteRange?, _ finding: FailureFinding) {
        let used = verdict.rows?.reduce(0) { $0 + $1.bytes } ?? 0
        let limit = min(RecordRows.byteLimit, RecordRows.fileLimit - used) / 2
        guard limit > 0 else { return }
        let start = ResultMismatch(columns: rows.columns, sortMode: mode, expected: hash == nil ? expectedValues(record, limit: limit) : [],
                                   actual: rows.values(limit: limit))
        var kept = RecordRows(start, finding, types: script.text(record.tokens.1), hash: hash.map { script.text($0) })
        kept.actualCount = rows.count
        if hash == nil { kept.expectedCount = record.expected.lines }
        verdict.rows = (verdict.rows ?? []) + [kept]
    }
}
