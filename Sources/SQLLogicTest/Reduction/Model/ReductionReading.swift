/// The beginning of a script as records that can be left out one by one.
package struct ReductionReading {
    /// The records up to the one that fails, without those that a condition keeps from the engine. Queries before it are among them.
    package var candidate: ReductionCandidate
    /// What the script says is right for the last one; nil where it has only a label for it.
    package var expected: RecordOutcome?
    /// How many records the whole script has.
    package var total: Int

    /// - Parameters:
    ///   - line: any line of the record that fails; nil is the last one that is run.
    ///   - engine: what conditions call the engine.
    /// - Throws: ``SQLLogicTestError/Code/usage`` if there is no such record, or it has no SQL.
    package init(_ script: Script, line: Int?, engine: String) throws(SQLLogicTestError) {
        let name = engine.utf8.map(ASCII.lowercased)
        var parser = SQLiteParser(script)
        var record = SQLiteRecord()
        var records: [ReductionRecord] = []
        var isFound = false, isOver = false, isLeftOut = false
        expected = nil
        total = 0
        while parser.next(&record) {
            total += 1
            // The conditions above a header belong to its record, and so does the blank line below it.
            guard !isFound, !isOver else { continue }
            isFound = line.map { record.endLine >= $0 } ?? false
            isLeftOut = !record.conditions.isEmpty && record.isLeftOut(for: name, in: script)
            isOver = record.kind == .halt && !isLeftOut
            guard !isLeftOut, let made = Self.read(record, script) else {
                isOver = isOver || isFound
                continue
            }
            records.append(made)
            if isFound || line == nil { expected = Self.expected(record, made, script) }
        }
        guard let line else {
            if records.isEmpty { throw SQLLogicTestError(.usage, "cannot find a statement or query in \(script.name)") }
            candidate = ReductionCandidate(records)
            return
        }
        guard isFound, !isOver else {
            throw SQLLogicTestError(.usage, isLeftOut ? "cannot take line \(line) of \(script.name): a condition keeps that record from \(engine)"
                : "cannot find a statement or query that is run at line \(line) of \(script.name)")
        }
        candidate = ReductionCandidate(records)
    }

    private static func read(_ record: borrowing SQLiteRecord, _ script: Script) -> ReductionRecord? {
        var sql = ByteBuffer()
        switch record.kind {
        case .statement:
            record.sql.read(from: script, into: &sql)
            return ReductionRecord(script.equals(record.tokens.1, "error") ? .fails : .succeeds, Array(sql.bytes), line: record.line)
        case .query:
            let types = Array(script.buffer(record.tokens.1))
            guard !types.isEmpty, types.withUnsafeBufferPointer({ SQLiteRecord.unknownType(in: $0) }) == nil else { return nil }
            record.sql.read(from: script, into: &sql)
            return ReductionRecord(.query(types: types, sortMode: record.sortMode(in: script) ?? .nosort), Array(sql.bytes), line: record.line)
        case .halt, .hashThreshold, .unknown: return nil
        }
    }

    private static func expected(_ record: borrowing SQLiteRecord, _ made: ReductionRecord, _ script: Script) -> RecordOutcome? {
        switch made.kind {
        case .succeeds: return .complete
        case .fails: return .refused(message: "", sqlState: nil)
        case .query(let types, let sortMode):
            guard record.hasSeparator else { return nil }
            let columns = sortMode == .valuesort ? 1 : types.count
            if record.expected.lines == 1, let hash = record.expectedHash(in: script) {
                return .rows(ResultRows(count: hash.values, columns: columns, digest: hash.digest))
            }
            var values: [String] = []
            var lines = record.expected.cursor(in: script)
            while lines.advance() { values.append(String(decoding: script.buffer(lines.line).prefix { $0 != 0 }, as: UTF8.self)) }
            return .rows(ResultRows(expected: values, columns: columns))
        }
    }
}
