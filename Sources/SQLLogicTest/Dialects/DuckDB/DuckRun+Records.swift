/// Statements and queries, and how their results are compared.
extension DuckRun {
    mutating func runStatement(_ record: DuckRecord, _ words: [String]) throws(Ending) {
        guard words.count >= 2, ["ok", "error", "maybe", "debug", "debug_skip"].contains(words[1]) else {
            throw wrong(record, "statement argument should be 'ok', 'error' or 'maybe'")
        }
        if words[1] == "debug_skip" {
            verdict.tests -= 1
            verdict.skipped += 1
            return
        }
        let sql = replace(record.sql)
        let outcome = try outcome(of: sql, on: words.count > 2 ? words[2] : "", record)
        guard case .failed(let error) = outcome else {
            if words[1] == "error" { throw failure(.statementSucceeded, record, sql, "statement should have failed") }
            return
        }
        if words[1] == "ok" || words[1] == "debug" {
            try ifIgnored(error, record)
            throw failure(.statementFailed, record, sql, "statement error: \(error.message)")
        }
        guard record.hasSeparator || words[1] == "maybe" else { return }
        let expected = replace(record.expected.joined(separator: "\n"))
        if !DuckComparison.isExpected(error.message, expected) {
            try ifIgnored(error, record)
            throw failure(.statementFailed, record, sql, "the error is not the expected one", expected: expected, actual: error.message)
        }
    }

    mutating func runQuery(_ record: DuckRecord, _ words: [String]) throws(Ending) {
        guard words.count >= 2, words[1].utf8.allSatisfy({ "TIR".utf8.contains($0) }) else {
            throw wrong(record, "query needs a type string of T, I and R")
        }
        var rest = words.dropFirst(2)
        let mode = rest.first.flatMap { SortMode(rawValue: $0) }
        let connection = mode == nil ? rest.first ?? "" : ""
        rest = rest.dropFirst()
        let sql = replace(record.sql)
        let outcome = try outcome(of: sql, on: connection, record)
        if case .failed(let error) = outcome {
            try ifIgnored(error, record)
            throw failure(.queryFailed, record, sql, "query failed: \(error.message)")
        }
        let columns = rows.table.columns
        guard columns == words[1].utf8.count || rows.table.count == 0 || rest.first != nil else {
            throw failure(.queryFailed, record, sql, "wrong number of result columns: expected \(words[1].utf8.count) but got \(columns)")
        }
        let values = sorted(mode ?? .nosort)
        let expected = record.expected.map(replace)
        if let label = rest.first {
            let digest = Self.digest(values)
            if let known = labels[label], known != digest {
                throw failure(.label, record, sql, "labeled result [\(label)] does not agree with previous values")
            }
            labels[label] = digest
            // With a label only hashes are compared.
            if expected.count != 1 || Self.hash(in: expected) == nil { return }
        }
        try compare(values, expected, columns: max(columns, 1), record, sql)
    }

    // MARK: Comparing

    private func sorted(_ mode: SortMode) -> [String] {
        var sorted = ResultTable()
        if mode != .nosort {
            var sorter = ResultSorter()
            sorter.sort(rows.table, by: mode, into: &sorted)
            return Self.values(sorted)
        }
        return Self.values(rows.table)
    }

    private static func values(_ table: borrowing ResultTable) -> [String] {
        var values: [String] = []
        values.reserveCapacity(table.count)
        for index in 0..<table.count { values.append(String(decoding: table.value(index), as: UTF8.self).replacing("\0", with: "\\0")) }
        return values
    }

    private static func digest(_ values: [String]) -> [UInt8] {
        Array(values.map { $0 + "\n" }.joined().utf8).withUnsafeBufferPointer { ResultDigest.of($0) }
    }

    /// The digest that the expected result names, if it is a hash.
    private static func hash(in expected: [String]) -> [UInt8]? {
        expected.count == 1 ? Array(expected[0].utf8).withUnsafeBufferPointer { ResultDigest.named(in: $0) } : nil
    }

    private func compare(_ values: [String], _ expected: [String], columns: Int, _ record: DuckRecord, _ sql: String) throws(Ending) {
        if Self.hash(in: expected) != nil {
            let hashed = "\(values.count)\(ResultDigest.infix)" + String(decoding: Self.digest(values), as: UTF8.self)
            if expected[0] == hashed { return }
            throw failure(.wrongHash, record, sql, "wrong result hash", expected: expected[0],
                          actual: hashed + "\n" + Self.table(values.prefix(64), columns))
        }
        let wanted = try wanted(expected, values.count, columns, record)
        let types = columnTypes.count == columns ? columnTypes : []
        if wanted.count == values.count, values.indices.allSatisfy({ index in
            DuckComparison.isSame(values[index], wanted[index], types.isEmpty ? .unknown : DuckComparison.Kind(type: types[index % columns]))
        }) { return }
        throw failure(.wrongValue, record, sql, wanted.count == values.count ? "wrong result" : "wrong result: \(wanted.count) values expected, \(values.count) found",
                      expected: Self.table(wanted[...], columns), actual: Self.table(values[...], columns))
    }

    /// The values that the lines of a result stand for: each its own, or rows with tabs, or those of a file.
    private func wanted(_ expected: [String], _ count: Int, _ columns: Int, _ record: DuckRecord) throws(Ending) -> [String] {
        if expected.count == 1, expected[0].hasPrefix("<FILE>:") {
            do throws(SQLLogicTestError) {
                return DuckComparison.values(inFile: try Script(path: absolute(String(expected[0].dropFirst(7))))).values
            } catch {
                throw wrong(record, error.message)
            }
        }
        let isRowWise = columns > 1 && !expected.isEmpty && (expected.count == count / columns || expected.allSatisfy { $0.utf8.contains(0x09) })
        // Several tabs are one, as an empty value is written `(empty)`.
        return isRowWise ? expected.flatMap { $0.split(separator: "\t").map(String.init) } : expected
    }

    /// Errors that say that something outside is not there end the file as a skip.
    @inline(never)
    private func ifIgnored(_ error: EngineFailure, _ record: DuckRecord) throws(Ending) {
        if let text = ignoredErrors.first(where: { error.message.contains($0) }) {
            throw .unsupported("\(record.place.shown): an error with the text \"\(text)\" is ignored: \(error.message)")
        }
    }

    private static func table(_ values: ArraySlice<String>, _ columns: Int) -> String {
        stride(from: values.startIndex, to: values.endIndex, by: columns)
            .map { values[$0..<min($0 + columns, values.endIndex)].joined(separator: "\t") }.joined(separator: "\n")
    }
}
