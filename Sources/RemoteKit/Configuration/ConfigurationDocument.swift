import TOMLKit

/// One configuration file's text and where it came from.
public struct ConfigurationSource: Sendable, Equatable {
    /// As messages show it: `slt-remote.toml`, `~/.config/slt-remote/config.toml`.
    public var name: String
    /// Absolute path of the folder that relative paths in the file start from.
    public var folder: String
    /// What is in the file.
    public var text: String

    /// Each parameter is the property of the same name.
    public init(name: String, folder: String, text: String) {
        self.name = name
        self.folder = folder
        self.text = text
    }
}

/// A value of a TOML file with its line.
struct DocumentNode {
    enum Content {
        case text(String)
        case integer(Int)
        case number(Double)
        case flag(Bool)
        case list([DocumentNode])
        case table([(name: String, node: DocumentNode)])
        /// `2026-12-31`.
        case date(String)
        /// A time, which no key takes.
        case moment
    }

    var content: Content
    /// From 1; `nil` if it could not be found.
    var line: Int?

    /// What it is, in an error's words.
    var kind: String {
        switch content {
        case .text: "a string"
        case .integer: "an integer"
        case .number: "a number"
        case .flag: "true or false"
        case .list: "a list"
        case .table: "a table"
        case .date: "a date or time"
        case .moment: "a date or time"
        }
    }
}

extension ConfigurationSource {
    /// The file as a tree.
    /// - Throws: ``ConfigurationError`` with line and column if it is not TOML.
    func parse() throws(ConfigurationError) -> DocumentNode {
        // The parser takes a C string and would silently end at a NUL.
        if let offset = text.utf8.firstIndex(of: 0) {
            let line = text.utf8[..<offset].count { $0 == UInt8(ascii: "\n") } + 1
            throw ConfigurationError(.syntax, at: "\(name):\(line)", "cannot parse: there is a NUL byte; remove it")
        }
        let scan = TOMLKeyLines(text)
        if let place = scan.mistake {
            throw ConfigurationError(.syntax, at: "\(name):\(place.line):\(place.column)", "cannot parse: \(place.what)")
        }
        do {
            let table = try TOMLTable(string: text)
            return DocumentNode.table(table, path: [], line: nil, lines: scan.lines)
        } catch let error as TOMLParseError {
            let start = error.source.begin
            throw ConfigurationError(.syntax, at: "\(name):\(start.line):\(start.column)",
                                     "cannot parse: \(error.description)")
        } catch {
            throw ConfigurationError(.syntax, at: name, "cannot parse: \(error)")
        }
    }
}

extension DocumentNode {
    /// Deeper than any key; what lies below is cut off and reported as an unknown key long before.
    private static let deepest = 16

    fileprivate static func table(_ table: TOMLTable, path: [TOMLKeyLines.Part], line: Int?,
                                  lines: [[TOMLKeyLines.Part]: Int]) -> DocumentNode {
        guard path.count < deepest else { return DocumentNode(content: .table([]), line: line) }
        let entries = zip(table.keys, table.values).map { name, value in
            (name: name, node: node(value, path: path + [.key(name)], parent: line, lines: lines))
        }
        let inOrder = entries.sorted { ($0.node.line ?? .max, $0.name) < ($1.node.line ?? .max, $1.name) }
        return DocumentNode(content: .table(inOrder), line: line)
    }

    private static func node(_ value: any TOMLValueConvertible, path: [TOMLKeyLines.Part], parent: Int?,
                             lines: [[TOMLKeyLines.Part]: Int]) -> DocumentNode {
        let line = lines[path] ?? parent
        if let inner = value.table { return table(inner, path: path, line: line, lines: lines) }
        if let list = value.array {
            guard path.count < deepest else { return DocumentNode(content: .list([]), line: line) }
            let items = (0..<list.count).map {
                node(list[$0], path: path + [.index($0)], parent: line, lines: lines)
            }
            return DocumentNode(content: .list(items), line: line)
        }
        if let text = value.string { return DocumentNode(content: .text(text), line: line) }
        if let integer = value.int { return DocumentNode(content: .integer(integer), line: line) }
        if let number = value.double { return DocumentNode(content: .number(number), line: line) }
        if let flag = value.bool { return DocumentNode(content: .flag(flag), line: line) }
        if let date = value.date { return DocumentNode(content: .date(Self.written(date)), line: line) }
        return DocumentNode(content: .moment, line: line)
    }

    private static func written(_ date: TOMLDate) -> String {
        func digits(_ number: Int, _ width: Int) -> String { String(repeating: "0", count: max(0, width - String(number).utf8.count)) + String(number) }
        return digits(date.year, 4) + "-" + digits(date.month, 2) + "-" + digits(date.day, 2)
    }
}
