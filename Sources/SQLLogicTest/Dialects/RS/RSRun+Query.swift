/// Queries: what they gave against the lines of the script.
extension RSRun {
    mutating func judge(_ outcome: Result<StatementOutcome, SQLLogicTestError>, _ expectation: RSRecord.QueryExpectation,
                        _ record: RSRecord) -> Failure? {
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
            return mismatch([], expected, record)
        case (.success(.rows(let types)), .rows(let mode, let expected)):
            return compare(shown(mode ?? sortMode, typedColumns: types), expected, record)
        }
    }

    private static func joined(_ lines: [[UInt8]]) -> String {
        lines.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
    }

    /// The result as the script should have it: sorted, hashed, row by row or value by value.
    private func shown(_ mode: SortMode, typedColumns: Int) -> [[UInt8]] {
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
        if hashThreshold > 0, count > hashThreshold { return [Self.hash(values, count: count)] }
        return isValueWise ? values.flatMap { $0 } : values.map { Array($0.joined(separator: [0x20])) }
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

    private mutating func compare(_ actual: [[UInt8]], _ expected: [[UInt8]], _ record: RSRecord) -> Failure? {
        Self.isSame(actual, expected) ? nil : mismatch(actual, expected, record)
    }

    private mutating func mismatch(_ actual: [[UInt8]], _ expected: [[UInt8]], _ record: RSRecord) -> Failure? {
        if isRecording {
            // An empty line would end the result, and each line is a row.
            guard actual.allSatisfy({ !$0.isEmpty && $0 != [0x0D] && !$0.contains(0x0A) }) else {
                return failure(.wrongValue, record, "cannot record rows that are empty or have line ends in them", actual: Self.joined(actual))
            }
            edits.replaceResult(record.result, hasSeparator: record.hasSeparator, in: record.script, lines: actual)
            return nil
        }
        return failure(.wrongValue, record, "query result mismatch", expected: Self.joined(expected), actual: Self.joined(actual))
    }

    private static let ignored = Array("<slt:ignore>".utf8)

    private static func isSame(_ actual: [[UInt8]], _ expected: [[UInt8]]) -> Bool {
        let text = Array(expected.joined(separator: [0x0A]))
        if text.firstRange(of: ignored) != nil {
            return hasFragments(of: text, Array(actual.joined(separator: [0x0A])))
        }
        guard actual.count == expected.count else { return false }
        return zip(actual, expected).allSatisfy { $0 == $1 || Whitespace.collapsed($0) == Whitespace.collapsed($1) }
    }

    /// Whether the texts between the markers stand in `actual`, one behind the other.
    private static func hasFragments(of expected: [UInt8], _ actual: [UInt8]) -> Bool {
        var rest = actual[...]
        for fragment in expected.split(separator: ignored) {
            guard let found = rest.firstRange(of: fragment) else { return false }
            rest = rest[found.upperBound...]
        }
        return true
    }
}
