import Platform

/// Rows under a header. Texts are made safe, and the last column is cut where the screen ends.
public struct DataTable: Sendable {
    /// A cell: numbers stand at the right edge.
    public enum Cell: Sendable, Equatable {
        case text(String)
        case number(String)
        /// Nothing is known.
        case none
    }

    private let header: [String]
    private var rows: [[String]] = []
    /// Columns that have a number and no text.
    private var isNumber: [Bool] { zip(hasNumber, hasText).map { $0 && !$1 } }
    private var hasNumber: [Bool]
    private var hasText: [Bool]

    /// Characters of a cell; a longer text is cut at its end.
    static let widest = 120

    public init(_ header: [String]) {
        self.header = header.map { SafeText.line($0, limit: Self.widest) }
        hasNumber = Array(repeating: false, count: header.count)
        hasText = hasNumber
    }

    public mutating func add(_ cells: [Cell]) {
        for (column, cell) in cells.enumerated() where column < header.count {
            switch cell {
            case .text: hasText[column] = true
            case .number: hasNumber[column] = true
            case .none: break
            }
        }
        rows.append(cells.map { cell in
            switch cell {
            case .text(let text): SafeText.line(text, limit: Self.widest)
            case .number(let text): SafeText.line(text, limit: Self.widest)
            case .none: "-"
            }
        })
    }

    /// Lines ended by `\n`.
    public func text(_ style: Style) -> String {
        let widths = header.indices.map { column in max(Columns.width(header[column]), rows.map { column < $0.count ? Columns.width($0[column]) : 0 }.max() ?? 0) }
        let isNumber = isNumber
        let line = { (cells: [String]) -> String in
            let parts = cells.enumerated().map { column, text in
                isNumber[column] ? Columns.right(text, widths[column]) : column == cells.count - 1 ? text : Columns.left(text, widths[column])
            }
            return Columns.cut(parts.joined(separator: "  "), style.width)
        }
        return style.paint(line(header), .dim) + "\n" + rows.map { line($0) + "\n" }.joined()
    }
}
