/// A result that is not the one that a record of the dialect of sqllogictest-rs has, where a line stands for a row.
struct RSMismatch {
    /// The record's type letters; the dialect does not check them.
    var types: String
    var mode: SortMode
    var isValueWise: Bool
    /// Those of the script.
    var lines: [[UInt8]]

    /// `N values hashing to DIGEST`, if that is what the script has.
    var hash: [UInt8]? {
        guard lines.count == 1, lines[0].withUnsafeBufferPointer({ ResultDigest.named(in: $0) }) != nil else { return nil }
        return lines[0]
    }

    /// Whether each line of the script has as many words as the record has type letters, and the result another number of columns.
    private func hasOtherColumns(_ width: Int) -> Bool {
        let letters = types.utf8.count
        guard letters > 0, letters != width, !isValueWise, mode != .valuesort, !lines.isEmpty else { return false }
        return lines.allSatisfy { words($0).count == letters }
    }

    private func words(_ line: [UInt8]) -> [String] {
        line.split(whereSeparator: ASCII.isSpace).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: Whitespace.collapsed(bytes), as: UTF8.self) }

    /// The values of both, and how many stand in a row: 1 where the lines of the script cannot be told to be of so many values.
    private func values(_ table: borrowing ResultTable) -> ResultMismatch {
        let width = max(table.columns, 1)
        var actual = (0..<table.count).map { Self.text(table.value($0)) }
        let letters = types.utf8.map { $0 == UInt8(ascii: "T") }
        if isValueWise || mode == .valuesort {
            return ResultMismatch(columns: width, areTexts: letters.count == width ? letters : [], sortMode: mode,
                                  expected: lines.map { Self.text($0) }, actual: actual)
        }
        let expected = lines.map { words($0) }
        if width == 1 || !expected.allSatisfy({ $0.count == width }) {
            if width > 1 { actual = stride(from: 0, to: actual.count, by: width).map { Self.text(actual[$0..<min($0 + width, actual.count)].joined(separator: " ").utf8) } }
            return ResultMismatch(columns: 1, areTexts: width == 1 && letters.count == 1 ? letters : [], sortMode: mode,
                                  expected: lines.map { Self.text($0) }, actual: actual)
        }
        return ResultMismatch(columns: width, areTexts: letters.count == width ? letters : [], sortMode: mode,
                              expected: expected.flatMap { $0 }, actual: actual)
    }

    /// - Parameter rows: the result as the engine gave it.
    func complete(_ finding: inout FailureFinding, _ rows: borrowing ResultTable) -> RecordRows {
        var sorter = ResultSorter()
        var table = ResultTable()
        if mode == .nosort { table.append(rows) } else { sorter.sort(rows, by: mode, into: &table) }
        let mismatch = values(table)
        if let hash {
            finding.isHashed = true
            finding.category = hash.withUnsafeBufferPointer { HashProof.category(of: $0, table, mode, &sorter) }
        } else if hasOtherColumns(max(table.columns, 1)), table.count > 0 {
            finding.category = .columns
        } else {
            (finding.category, finding.ulps) = mismatch.judged
        }
        return RecordRows(mismatch, finding, types: types, hash: hash.map { String(decoding: $0, as: UTF8.self) })
    }
}
