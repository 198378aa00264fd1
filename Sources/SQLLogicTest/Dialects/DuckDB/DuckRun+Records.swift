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
        let isExpected = Self.pattern(expected).map { $0.matches(error.message) } ?? error.message.contains(expected)
        if !isExpected {
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
        guard columns == words[1].utf8.count || rows.table.count == 0 else {
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
            if expected.isEmpty { return }
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

    private func compare(_ values: [String], _ expected: [String], columns: Int, _ record: DuckRecord, _ sql: String) throws(Ending) {
        if expected.first?.hasPrefix("<FILE>:") == true {
            throw .unsupported("line \(record.line): a result in a file (\(expected[0])) is not supported")
        }
        let hashed = "\(values.count)\(ResultDigest.infix)" + String(decoding: Self.digest(values), as: UTF8.self)
        let isHash = expected.count == 1 && Array(expected[0].utf8).withUnsafeBufferPointer { ResultDigest.named(in: $0) != nil }
        if isHash || (hashThreshold > 0 && values.count > hashThreshold) {
            if expected == [hashed] { return }
            throw failure(.wrongHash, record, sql, "wrong result hash", expected: expected.first ?? "",
                          actual: hashed + "\n" + Self.table(values.prefix(64), columns))
        }
        let rowCount = values.count / columns
        let isRowWise = columns > 1 && !expected.isEmpty && (expected.count == rowCount || expected.allSatisfy { $0.utf8.contains(0x09) })
        let wanted = isRowWise ? expected.flatMap { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) } : expected
        let isSame = wanted.count == values.count && zip(values, wanted).allSatisfy { Self.isSame($0, $1) }
        if !isSame {
            throw failure(.wrongValue, record, sql, wanted.count == values.count ? "wrong result" : "wrong result: \(wanted.count) values expected, \(values.count) found",
                          expected: Self.table(wanted[...], columns), actual: Self.table(values[...], columns))
        }
    }

    private static func table(_ values: ArraySlice<String>, _ columns: Int) -> String {
        stride(from: values.startIndex, to: values.endIndex, by: columns)
            .map { values[$0..<min($0 + columns, values.endIndex)].joined(separator: "\t") }.joined(separator: "\n")
    }

    private static func isSame(_ actual: String, _ expected: String) -> Bool {
        if actual == expected { return true }
        if let pattern = pattern(expected) { return pattern.matches(actual) }
        guard let left = number(actual), let right = number(expected) else { return false }
        return left == right
    }

    /// Numbers that are written otherwise are the same; truth values are 1 and 0.
    private static func number(_ text: String) -> Double? {
        switch text {
        case "true": 1
        case "false": 0
        default: Double(text)
        }
    }

    /// `<REGEX>:` and `<!REGEX>:`, which look at the whole value.
    private struct WholePattern {
        var pattern: Pattern?
        var isNegated: Bool
        func matches(_ text: String) -> Bool { pattern.map { $0.isWhole(text) != isNegated } ?? false }
    }

    private static func pattern(_ text: String) -> WholePattern? {
        for (prefix, isNegated) in [("<REGEX>:", false), ("<!REGEX>:", true)] where text.hasPrefix(prefix) {
            return WholePattern(pattern: Pattern(String(text.dropFirst(prefix.count)), dotMatchesNewlines: true), isNegated: isNegated)
        }
        return nil
    }
}
