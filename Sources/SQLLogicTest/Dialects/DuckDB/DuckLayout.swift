/// How the lines of an expected result stand for values, as in DuckDB's `TestResultHelper::CheckQueryResult`: each for one,
/// or each for a row, with tabs between the values.
struct DuckLayout {
    /// Of the result that the engine gave.
    var columns: Int
    var rows: Int

    /// Lines that fit no result of this size.
    struct Mismatch: Error {
        var message: String
        var category = FailureCategory.wrongRows
    }

    func values(of lines: [String]) throws(Mismatch) -> [String] {
        // As many lines as rows are rows. So are lines that all have tabs, even if their number is wrong.
        let isRowWise = (columns > 1 && lines.count == rows) || lines.allSatisfy { $0.utf8.contains(0x09) }
        guard isRowWise else { return try checked(lines) }
        guard lines.count == rows else { throw Mismatch(message: "wrong result: \(lines.count) rows expected, \(rows) found") }
        var values: [String] = []
        for (index, line) in lines.enumerated() {
            // Several tabs are one, as an empty value is written `(empty)`.
            let row = line.split(separator: "\t")
            guard row.count == columns else { throw Mismatch(message: "wrong result: expected row \(index + 1) has \(row.count) values for \(columns) columns", category: .columns) }
            values += row.map(String.init)
        }
        return values
    }

    /// Checks that the values fill all rows.
    func checked(_ values: [String]) throws(Mismatch) -> [String] {
        guard values.count % columns == 0 else { throw Mismatch(message: "wrong result: \(values.count) values expected, which fill no rows of \(columns) columns") }
        guard values.count / columns == rows else { throw Mismatch(message: "wrong result: \(values.count / columns) rows expected, \(rows) found") }
        return values
    }
}
