import Glibc

/// Queries: run, sort, and compare with what the script expects.
extension SQLiteRun {
    /// - Returns: false when the file ends here.
    mutating func runQuery(_ record: borrowing SQLiteRecord) -> Bool {
        readSQL(record)
        guard !record.tokens.1.isEmpty else {
            fail(.script, record.line, "missing type string")
            verdict.stopReason = .badRecord
            return false
        }
        let types = script.buffer(record.tokens.1)
        if let letter = SQLiteRecord.unknownType(in: types) {
            fail(.script, record.line, "unknown type character '\(ASCII.shown(letter))' in type string")
            return true
        }
        verdict.tests += 1
        if let refusal = options.refusal(of: sql.bytes) {
            fail(.script, record.line, refusal)
            return true
        }
        if division?.canLeaveOut(sql.bytes) == true { return true }
        rows.removeAll()
        switch connection.query(sql.bytes, types: types, into: &rows) {
        case .rows:
            // As in the original, the sort mode of a query that fails is not looked at.
            judgeRows(record)
        case .failed(let reason) where reason.interruption != nil:
            failTimeout(reason, record)
            return verdict.stopReason != .timeout
        case .failed(let reason): fail(.queryFailed, record.line, "query failed: \(reason.message)", .unexpectedError)
        case .columnCount(let count):
            fail(.queryFailed, record.line,
                 "query failed: wrong number of result columns: expected \(types.count) but got \(count)", .columns)
        }
        return true
    }

    mutating func judgeRows(_ record: borrowing SQLiteRecord) { judge(record, sortMode(record)) }

    private mutating func sortMode(_ record: borrowing SQLiteRecord) -> SortMode {
        if let mode = record.sortMode(in: script) { return mode }
        fail(.script, record.line, "unknown sort method: '\(script.text(record.tokens.2))'")
        return .nosort
    }

    private mutating func judge(_ record: borrowing SQLiteRecord, _ mode: SortMode) {
        if mode != .nosort, rows.count > 1, !rows.isExhausted {
            sorter.sort(rows, by: mode, into: &sorted)
            swap(&rows, &sorted)
        }
        if rows.isExhausted {
            return fail(.memory, record.line, "out of memory: the result has more than \(rows.count) values", .other)
        }
        let label = record.tokens.3
        let isHashed = hashThreshold != 0 && rows.count > hashThreshold
        if isHashed || !label.isEmpty {
            let digest = ResultDigest.of(rows.bytes)
            if !label.isEmpty {
                let part = ResultLabels.significantPart(of: label)
                if !agrees(part, digest) { failLabel(part, record) }
            }
            if isHashed { return options.records ? recordHash(record, digest) : compareHash(record, digest) }
        }
        if options.records { recordLines(record) } else { compareLines(record) }
    }

    // MARK: Recording

    private mutating func recordHash(_ record: borrowing SQLiteRecord, _ digest: [UInt8]) {
        hashLine.removeAll()
        ResultDigest.appendLine(values: rows.count, digest: digest, to: &hashLine)
        var lines = record.expected.cursor(in: script)
        if record.hasSeparator, lines.advance(), isEqual(lines.line, hashLine.bytes) { return }
        edits.replaceResult(place(of: record), hasSeparator: record.hasSeparator, in: script, lines: [Array(hashLine.bytes)])
    }

    private mutating func recordLines(_ record: borrowing SQLiteRecord) {
        // A result that holds stays as it is, with the comments in it.
        if holds(record) { return }
        var lines: [[UInt8]] = []
        for index in 0..<rows.count {
            let value = rows.value(index)
            guard value.first != UInt8(ascii: "#"), !value.allSatisfy(ASCII.isSpace) else {
                return fail(.queryFailed, record.line, "cannot record a value that is blank or begins with #; query hex() of it", .other,
                            expected: script.buffer(record.expected.bytes), actual: rows.bytes)
            }
            lines.append(Array(value))
        }
        edits.replaceResult(place(of: record), hasSeparator: record.hasSeparator, in: script, lines: lines)
    }

    private func holds(_ record: borrowing SQLiteRecord) -> Bool {
        guard record.hasSeparator, rows.count == record.expected.lines else { return false }
        var lines = record.expected.cursor(in: script)
        for index in 0..<rows.count {
            guard lines.advance(), isEqual(lines.line, rows.value(index)) else { return false }
        }
        return true
    }

    /// Where the lines of the result stand; without `----` an empty range at the end of the SQL.
    private func place(of record: borrowing SQLiteRecord) -> ByteRange {
        record.hasSeparator ? record.expected.bytes : ByteRange(record.sql.bytes.end, record.sql.bytes.end)
    }

    // MARK: Comparing

    private mutating func compareHash(_ record: borrowing SQLiteRecord, _ digest: [UInt8]) {
        hashLine.removeAll()
        ResultDigest.appendLine(values: rows.count, digest: digest, to: &hashLine)
        var lines = record.expected.cursor(in: script)
        let hasLine = lines.advance()
        if hasLine, isEqual(lines.line, hashLine.bytes) { return }
        // The values say more than two hashes do.
        hashLine.append(0x0A)
        hashLine.append(UnsafePointer(rows.text.start), min(rows.text.count, ScriptFailure.textLimit))
        fail(.wrongHash, hasLine ? lines.number : record.endLine, "wrong result hash",
             expected: script.buffer(lines.line), actual: hashLine.bytes)
    }

    private mutating func compareLines(_ record: borrowing SQLiteRecord) {
        var lines = record.expected.cursor(in: script)
        var index = 0
        while index < rows.count, lines.advance() {
            let value = rows.value(index)
            if !isEqual(lines.line, value) {
                fail(.wrongValue, lines.number, "wrong result", expected: script.buffer(lines.line), actual: value)
            }
            index += 1
        }
        if rows.count != record.expected.lines { failCount(record) }
    }

    private mutating func failCount(_ record: borrowing SQLiteRecord) {
        let expected = record.expected.lines
        let isTooMany = rows.count > expected
        fail(isTooMany ? .tooManyRows : .tooFewRows, record.endLine,
             "too \(isTooMany ? "many" : "few") result rows - expected \(expected) got \(rows.count)",
             expected: script.buffer(record.expected.bytes), actual: rows.bytes)
    }

    /// Whether a line of the script is `value`. As in the original, a line ends at a NUL.
    @inline(__always)
    private func isEqual(_ line: ByteRange, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        guard line.count >= value.count, let start = value.baseAddress else { return false }
        if memcmp(script.base + line.start, start, value.count) != 0 { return false }
        return line.count == value.count || script.base[line.start + value.count] == 0
    }
}
