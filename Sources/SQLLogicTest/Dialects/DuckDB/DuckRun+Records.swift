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
        if words[1] == "ok", record.hasSeparator { throw wrong(record, "only a statement that fails can have an error message below ----") }
        if ["error", "maybe"].contains(words[1]), !record.hasSeparator, !isSQLiteTest {
            throw wrong(record, "statement \(words[1]) needs the error message below ----")
        }
        let sql = replace(record.sql)
        let outcome = try outcome(of: sql, on: words.count > 2 ? words[2] : "", record)
        guard case .failed(let error) = outcome else {
            if words[1] == "error" { throw failure(.statementSucceeded, record, sql, "statement should have failed") }
            return
        }
        if words[1] == "ok" {
            try ifIgnored(error, record)
            throw failure(.statementFailed, record, sql, "statement error: \(error.message)")
        }
        if unexpectableErrors.contains(where: { error.message.contains($0) }) {
            throw failure(.statementFailed, record, sql, "an error of this kind is never expected: \(error.message)",
                          words[1] == "error" ? .wrongError : .unexpectedError)
        }
        let expected = replace(record.expected.joined(separator: "\n"))
        if words[1] == "debug" || DuckComparison.isExpected(error.message, expected) { return }
        try ifIgnored(error, record)
        let problem = DuckComparison.problem(in: [expected])
        throw failure(.statementFailed, record, sql, problem ?? "the error is not the expected one", problem == nil ? .wrongError : .script,
                      expected: expected, actual: error.message)
    }

    /// DuckDB's copies of SQLite's files have no error messages.
    private var isSQLiteTest: Bool { file.contains("third_party/sqllogictest") || file.contains("test/sqlite/select") }

    mutating func runQuery(_ record: DuckRecord, _ words: [String]) throws(Ending) {
        guard words.count >= 2, words[1].utf8.allSatisfy({ "TIR".utf8.contains($0) }) else {
            throw wrong(record, "query needs a type string of T, I and R")
        }
        var rest = words.dropFirst(2)
        let saidMode = rest.first.flatMap { Self.sortModes[$0] }
        let mode = saidMode ?? .nosort
        let connection = saidMode == nil ? rest.first ?? "" : ""
        rest = rest.dropFirst()
        let sql = replace(record.sql)
        let outcome = try outcome(of: sql, on: connection, record)
        if case .failed(let error) = outcome {
            try ifIgnored(error, record)
            throw failure(.queryFailed, record, sql, "query failed: \(error.message)")
        }
        let values = sorted(mode)
        let expected = record.expected.map(replace)
        // A hash and a label say nothing about columns.
        let isHash = Self.hash(in: expected) != nil
        if let found = columnsFound, found != words[1].utf8.count, rest.isEmpty, !isHash {
            throw failure(.queryFailed, record, sql, "wrong number of result columns: expected \(words[1].utf8.count) but got \(found)", .columns)
        }
        if let label = rest.first {
            let digest = Self.digest(values)
            if let known = labels[label], known != digest {
                throw failure(.label, record, sql, "labeled result [\(label)] does not agree with previous values")
            }
            labels[label] = digest
            // With a label only hashes are compared.
            if !isHash { return }
        }
        try compare(values, expected, mode, types: words[1], record, sql)
    }

    private static let sortModes: [String: SortMode] = ["nosort": .nosort, "none": .nosort, "rowsort": .rowsort, "sort": .rowsort, "valuesort": .valuesort]

    /// How many columns the last result has. Nil where there are no rows and the engine does not say.
    private var columnsFound: Int? {
        if rows.table.columns > 0 { return rows.table.columns }
        return columnTypes.isEmpty ? nil : columnTypes.count
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

    private mutating func compare(_ values: [String], _ expected: [String], _ mode: SortMode, types: String, _ record: DuckRecord,
                                  _ sql: String) throws(Ending) {
        let letters = Array(types.utf8)
        let columns = max(columnsFound ?? letters.count, 1)
        if Self.hash(in: expected) != nil {
            let hashed = "\(values.count)\(ResultDigest.infix)" + String(decoding: Self.digest(values), as: UTF8.self)
            if expected[0] == hashed { return }
            var finding = judge(ResultMismatch(columns: columns, sortMode: mode, expected: [], actual: values), hash: expected[0], types: types, record)
            throw failure(.wrongHash, record, sql, "wrong result hash", &finding, expected: expected[0],
                          actual: hashed + "\n" + Self.table(values.prefix(64), columns))
        }
        let kinds = (0..<columns).map { column -> DuckComparison.Kind in
            if columnTypes.count == columns { return DuckComparison.Kind(type: columnTypes[column]) }
            return letters.count == columns && letters[column] == UInt8(ascii: "I") ? .likelyInteger : .unknown
        }
        let wanted: [String]
        do throws(DuckLayout.Mismatch) {
            wanted = try self.wanted(expected, DuckLayout(columns: columns, rows: values.count / columns), record)
        } catch {
            let lines = ResultMismatch(columns: columns, sortMode: mode, expected: expected.flatMap { $0.split(separator: "\t").map(String.init) }, actual: values)
            var finding = judge(lines, types: types, record)
            (finding.category, finding.ulps) = (error.category, nil)
            throw failure(.wrongValue, record, sql, error.message, &finding, expected: expected.joined(separator: "\n"),
                          actual: Self.table(values[...], columns))
        }
        if values.indices.allSatisfy({ DuckComparison.isSame(values[$0], wanted[$0], kinds[$0 % columns]) }) { return }
        let areTexts = kinds.enumerated().map { column, kind in
            columnTypes.count == columns ? kind == .other : letters.count == columns && letters[column] == UInt8(ascii: "T")
        }
        let mismatch = ResultMismatch(columns: columns, areTexts: areTexts, sortMode: mode, expected: wanted, actual: values)
        var finding = judge(mismatch, types: types, record)
        let problem = DuckComparison.problem(in: wanted)
        if problem != nil { finding.category = .script }
        throw failure(.wrongValue, record, sql, problem ?? "wrong result", &finding, expected: Self.table(wanted[...], columns), actual: Self.table(values[...], columns))
    }

    /// The values that the lines of a result stand for, or those of a file.
    private func wanted(_ expected: [String], _ layout: DuckLayout, _ record: DuckRecord) throws(DuckLayout.Mismatch) -> [String] {
        guard expected.count == 1, expected[0].hasPrefix("<FILE>:") else { return try layout.values(of: expected) }
        let path = absolute(String(expected[0].dropFirst(7)))
        if let ownFolder, !ownFolder.holds(path) { throw DuckLayout.Mismatch(message: Refusal.message(outside: path), category: .script) }
        let script: Script
        do throws(SQLLogicTestError) {
            script = try Script(path: path)
        } catch {
            throw DuckLayout.Mismatch(message: error.message, category: .script)
        }
        return try layout.checked(DuckComparison.values(inFile: script).values)
    }

    /// Ends the file as unsupported where the error says that something outside is missing.
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
