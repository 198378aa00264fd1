/// Queries: compares what they gave with the lines of the script.
extension RSRun {
    mutating func judge(_ outcome: Result<StatementOutcome, SQLLogicTestError>, _ expectation: RSRecord.QueryExpectation,
                        _ record: RSRecord) -> ScriptFailure? {
        switch (outcome, expectation) {
        case (.success(.failed(let error)), .error(let expected)):
            return judge(error, expected, record)
        case (.success(.failed(let error)), .rows):
            return failure(.queryFailed, record, "query failed: \(error.message)")
        case (.failure(let error), .error(let expected)):
            return judge(EngineFailure(error.message), expected, record)
        case (.failure(let error), .rows):
            return failure(.queryFailed, record, "query failed: \(error.message)")
        case (.success, .error):
            return failure(.statementSucceeded, record, "query is expected to fail, but it succeeded")
        case (.success(.complete), .rows(_, let expected)):
            // A statement is a query whose result is empty.
            if expected.isEmpty { return nil }
            return mismatch([], expected, .nosort, record)
        case (.success(.rows(let types)), .rows(let mode, let expected)):
            return compare(shown(mode ?? sortMode, typedColumns: types), expected, mode ?? sortMode, record)
        }
    }

    private static func joined(_ lines: some Sequence<[UInt8]>) -> String {
        lines.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
    }

    /// The values of each line that the script should have: sorted, hashed, row by row or value by value.
    private func shown(_ mode: SortMode, typedColumns: Int) -> [[[UInt8]]] {
        let width = max(rows.table.columns, 1)
        var values: [[[UInt8]]] = []
        values.reserveCapacity(rowCount)
        for row in 0..<rowCount {
            values.append((0..<width).map { Array(rows.table.value(row * width + $0)) })
        }
        var isSingle = false
        switch mode {
        case .nosort: break
        case .rowsort: values.sort { left, right in left.lexicographicallyPrecedes(right) { $0.lexicographicallyPrecedes($1) } }
        case .valuesort:
            values = values.flatMap { $0 }.sorted { $0.lexicographicallyPrecedes($1) }.map { [$0] }
            isSingle = true
        }
        let count = isSingle ? values.count : values.count * typedColumns
        if hashThreshold > 0, count > hashThreshold { return [[Self.hash(values, count: count)]] }
        return isValueWise ? values.flatMap { $0 }.map { [$0] } : values
    }

    private static func hash(_ rows: [[[UInt8]]], count: Int) -> [UInt8] {
        var text = ByteBuffer()
        for value in rows.joined() {
            value.withUnsafeBufferPointer { bytes in
                if let start = bytes.baseAddress { text.append(start, bytes.count) }
            }
            text.append(0x0A)
        }
        var line = ByteBuffer(capacity: 128)
        ResultDigest.appendLine(values: count, digest: ResultDigest.of(text.bytes), to: &line)
        return Array(line.bytes)
    }

    private mutating func compare(_ actual: [[[UInt8]]], _ expected: [[UInt8]], _ mode: SortMode, _ record: RSRecord) -> ScriptFailure? {
        Self.isSame(actual, expected) ? nil : mismatch(actual, expected, mode, record)
    }

    private mutating func mismatch(_ actual: [[[UInt8]]], _ expected: [[UInt8]], _ mode: SortMode, _ record: RSRecord) -> ScriptFailure? {
        let lines = actual.map(Self.line)
        if isRecording {
            // An empty line would end the result, and each line is a row.
            guard lines.allSatisfy({ !$0.isEmpty && $0 != [0x0D] && !$0.contains(0x0A) }) else {
                return failure(.wrongValue, record, "cannot record rows that are empty or have line ends in them", .other, actual: Self.joined(lines))
            }
            guard Self.isSame(actual, lines) else {
                return failure(.wrongValue, record, "cannot record rows with an empty value beside others: no line stands for them", .other, actual: Self.joined(lines))
            }
            edits.replaceResult(record.result, hasSeparator: record.hasSeparator, in: record.script, lines: lines)
            return nil
        }
        mismatch = RSMismatch(types: record.types, mode: mode, isValueWise: isValueWise, lines: expected)
        return failure(.wrongValue, record, "query result mismatch", expected: Self.joined(expected), actual: Self.joined(lines))
    }

    private static func line(_ row: [[UInt8]]) -> [UInt8] { Array(row.joined(separator: [0x20])) }

    private static let ignored = Array("<slt:ignore>".utf8)

    private static func isSame(_ actual: [[[UInt8]]], _ expected: [[UInt8]]) -> Bool {
        let text = Array(expected.joined(separator: [0x0A]))
        if text.firstRange(of: ignored) != nil {
            return hasFragments(of: text, Array(actual.map(line).joined(separator: [0x0A])))
        }
        guard actual.count == expected.count else { return false }
        return zip(actual, expected).allSatisfy { isSame($0, $1) }
    }

    /// Runs of white space within a value are one space, those at the ends of the line do not count. The space beside an empty value
    /// stays: the line `a` is not the row of `a` and an empty value.
    private static func isSame(_ row: [[UInt8]], _ expected: [UInt8]) -> Bool {
        if row.count == 1, row[0] == expected { return true }
        return Array(row.map { Whitespace.collapsed($0) }.joined(separator: [0x20])) == Whitespace.collapsed(expected)
    }

    /// Whether the texts between the markers stand in `actual`, in their order.
    private static func hasFragments(of expected: [UInt8], _ actual: [UInt8]) -> Bool {
        var rest = actual[...]
        for fragment in expected.split(separator: ignored) {
            guard let found = rest.firstRange(of: fragment) else { return false }
            rest = rest[found.upperBound...]
        }
        return true
    }
}
