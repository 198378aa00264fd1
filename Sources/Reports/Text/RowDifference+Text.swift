import Platform

extension RowDifference {
    /// As lines of text, values in columns: `-` before what was expected, `+` before what came, `…` where rows are left out.
    /// What is wider than the style is cut.
    func text(_ style: Style) -> [String] {
        let width = max(10, style.width)
        let shown = lines.map(Self.rows)
        var widths: [Int] = []
        for row in shown.flatMap(\.self) {
            for (column, value) in row.values.enumerated() {
                let cells = min(Self.widest, Columns.width(SafeText.line(value)))
                if column < widths.count { widths[column] = max(widths[column], cells) } else { widths.append(cells) }
            }
        }
        var text: [String] = []
        for (line, rows) in zip(lines, shown) {
            if case .omitted(let count) = line { text.append(style.paint("  \(ellipsis(style)) \(Human.count(count, "row")) the same", .dim)) }
            text += rows.map { row in
                let line = zip(row.values, widths).map { Columns.left(SafeText.line($0), $1) }.joined(separator: "  ")
                return style.paint(trimmed(Columns.cut("\(row.mark) \(line)", width)), row.paint)
            }
        }
        if more > 0 { text.append(style.paint("  \(ellipsis(style)) and \(Human.count(more, "line")) more", .dim)) }
        if expectedUnseen + actualUnseen > 0 {
            text.append(style.paint("  \(ellipsis(style)) not kept: \(expectedUnseen) expected, \(actualUnseen) actual rows", .dim))
        }
        return text
    }

    /// Cells of one value.
    private static let widest = 60

    private typealias Row = (mark: String, paint: Style.Paint?, values: [String])

    private static func rows(_ line: Line) -> [Row] {
        switch line {
        case .same(let row): [(" ", .dim, row)]
        case .expected(let row): [("-", .green, row)]
        case .actual(let row): [("+", .red, row)]
        case .changed(let expected, let actual, _): [("-", .green, expected), ("+", .red, actual)]
        case .omitted: []
        }
    }

    private func ellipsis(_ style: Style) -> String { style.unicode ? "…" : "..." }

    private func trimmed(_ text: String) -> String {
        var text = text[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
