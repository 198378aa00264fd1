import Platform
public import RemoteKit

/// How the rows of a query are written.
public enum QueryFormat: String, Sendable, CaseIterable { case table, csv, json }

/// Writes the rows of a query one after another, so that there may be any number of them. Only a table has to know all of its rows first.
public struct QueryWriter {
    private let format: QueryFormat
    private let style: Style
    private let write: (String) -> Void
    private var names: [String] = []
    private var table = DataTable([])
    private var count = 0

    /// Rows of a table; what is more is counted.
    static let tableRows = 10_000

    /// - Parameter write: gets safe text.
    public init(_ format: QueryFormat, style: Style, write: @escaping (String) -> Void) {
        (self.format, self.style, self.write) = (format, style, write)
    }

    /// Begins with the names of the columns.
    public mutating func begin(_ columns: [String]) {
        names = []
        // JSON has each name once.
        for name in columns { names.append(Self.unused(name, names)) }
        switch format {
        case .table: table = DataTable(columns)
        case .csv: write(columns.map { MarkupText.csv($0) }.joined(separator: ",") + "\r\n")
        case .json: write("[")
        }
    }

    private static func unused(_ name: String, _ names: [String]) -> String {
        guard names.contains(name) else { return name }
        return (2...).lazy.map { "\(name)_\($0)" }.first { !names.contains($0) } ?? name
    }

    public mutating func add(_ row: [HistoryQuery.Value]) {
        switch format {
        case .table: if count < Self.tableRows { table.add(row.map(Self.cell)) }
        case .csv: write(row.map(Self.csv).joined(separator: ",") + "\r\n")
        case .json:
            let members = zip(names, row).map { "\(JSONText.string($0)):\(Self.json($1))" }
            write((count == 0 ? "\n" : ",\n") + "{" + members.joined(separator: ",") + "}")
        }
        count += 1
    }

    public mutating func end() {
        switch format {
        case .table:
            write(table.text(style))
            if count > Self.tableRows { write("… and \(Human.count(count - Self.tableRows)) more rows; use --format csv to have all\n") }
        case .csv: break
        case .json: write(count == 0 ? "]\n" : "\n]\n")
        }
    }

    private static func cell(_ value: HistoryQuery.Value) -> DataTable.Cell {
        switch value {
        case .null: .none
        case .integer(let value): .number("\(value)")
        case .real(let value): .number("\(value)")
        case .text(let text): .text(text)
        case .blob(let bytes): .text("x'\(Hex.encode(bytes.prefix(32)))\(bytes.count > 32 ? "…" : "")'")
        }
    }

    private static func csv(_ value: HistoryQuery.Value) -> String {
        switch value {
        case .null: ""
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .text(let text): MarkupText.csv(text)
        case .blob(let bytes): Hex.encode(bytes)
        }
    }

    private static func json(_ value: HistoryQuery.Value) -> String {
        switch value {
        case .null: "null"
        case .integer(let value): "\(value)"
        // JSON has no number for these.
        case .real(let value): value.isFinite ? "\(value)" : "null"
        case .text(let text): JSONText.string(text)
        case .blob(let bytes): JSONText.string(Hex.encode(bytes))
        }
    }
}

/// Strings of JSON that are safe on a screen.
enum JSONText {
    /// With its quotes.
    static func string(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\t": out += "\\t"
            case _ where SafeText.isShown(scalar): out.unicodeScalars.append(scalar)
            default:
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    out += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
                }
            }
        }
        return out + "\""
    }
}
