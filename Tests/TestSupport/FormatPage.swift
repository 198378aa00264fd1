public import FoundationEssentials

/// `docs/formats.md` as tests read it: the keys that each section's table has. A test gives values as they are encoded and gets what differs.
public struct FormatPage: Sendable {
    struct Row: Sendable {
        /// `workers[].slot`; `outcomes.*` for keys that are names.
        var key: String
        var isOptional: Bool
        /// What a value of it is in JSON: `string`, `integer`, `number`, `boolean`, `object`, `array`.
        var type: String
        /// The keys below are another section's.
        var isReference: Bool
    }

    /// By heading.
    private let sections: [String: [Row]]

    public init(_ path: String = String(#filePath.dropLast("Tests/TestSupport/FormatPage.swift".count)) + "docs/formats.md") throws {
        var sections: [String: [Row]] = [:], heading = ""
        for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
            if line.hasPrefix("#") {
                heading = String(line.drop { $0 == "#" }.dropFirst())
            } else if line.hasPrefix("| `") {
                let cells = line.split(separator: " | ", omittingEmptySubsequences: false).map(String.init)
                guard cells.count >= 4 else { continue }
                let key = cells[0].dropFirst(3).prefix { $0 != "`" }
                sections[heading, default: []].append(Row(key: String(key), isOptional: cells[0].hasSuffix("?"), type: Self.type(cells[1]), isReference: cells[1].contains("](#")))
            }
        }
        self.sections = sections
    }

    /// All headings that have a table of keys.
    public var headings: Set<String> { Set(sections.keys) }

    private static func type(_ cell: String) -> String {
        if cell.hasPrefix("array of") { return "array" }
        if cell.hasPrefix("[outcome]") || cell.hasPrefix("[kind]") { return "string" }
        return cell.hasPrefix("[") ? "object" : String(cell.prefix { $0.isLetter })
    }

    /// What the page and values say differently, in words; nothing where they agree.
    /// - Parameters:
    ///   - samples: each a value as JSON.
    ///   - areWhole: whether the values together have every key that there can be.
    public func differences(_ heading: String, _ samples: [Data], areWhole: Bool) throws -> [String] {
        guard let rows = sections[heading] else { return ["no section '\(heading)' with a table of keys"] }
        var walk = Walk(rows: Dictionary(rows.map { ($0.key, $0) }) { one, _ in one })
        if walk.rows.count < rows.count { walk.found.insert("a key stands twice in '\(heading)'") }
        for sample in samples { walk.object(try JSONDecoder().decode(JSONTree.self, from: sample), below: "") }
        if areWhole { for row in rows where !walk.seen.contains(row.key) { walk.found.insert("'\(row.key)' is on the page and in no value") } }
        return walk.found.sorted().map { "\(heading): \($0)" }
    }

    private struct Walk {
        let rows: [String: Row]
        var seen: Set<String> = []
        var found: Set<String> = []

        init(rows: [String: Row]) { self.rows = rows }

        mutating func object(_ tree: JSONTree, below prefix: String) {
            guard case .object(let members) = tree else { return }
            let isOpen = rows[prefix + "*"] != nil
            for (name, value) in members {
                let key = prefix + (isOpen ? "*" : name)
                guard let row = rows[key] else {
                    found.insert("'\(key)' is in a value and not on the page")
                    continue
                }
                seen.insert(key)
                check(value, row)
            }
            for row in rows.values where !row.isOptional && isDirect(row.key, prefix) && !isOpen && !members.keys.contains(String(row.key.dropFirst(prefix.count))) {
                found.insert("'\(row.key)' is in not every value, and has no '?' on the page")
            }
        }

        private func isDirect(_ key: String, _ prefix: String) -> Bool { key.hasPrefix(prefix) && !key.dropFirst(prefix.count).contains { $0 == "." || $0 == "[" } }

        private mutating func check(_ value: JSONTree, _ row: Row) {
            if value.type != row.type, !(value.type == "integer" && row.type == "number") { found.insert("'\(row.key)' is \(value.type), and \(row.type) on the page") }
            guard !row.isReference else { return }
            if case .array(let items) = value { for item in items { object(item, below: row.key + "[].") } } else { object(value, below: row.key + ".") }
        }
    }
}

/// Any value of JSON.
public enum JSONTree: Decodable, Sendable {
    case null, boolean(Bool), number(Double), string(String), array([JSONTree]), object([String: JSONTree])

    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() { self = .null }
        else if let boolean = try? value.decode(Bool.self) { self = .boolean(boolean) }
        else if let number = try? value.decode(Double.self) { self = .number(number) }
        else if let string = try? value.decode(String.self) { self = .string(string) }
        else if let array = try? value.decode([JSONTree].self) { self = .array(array) }
        else { self = .object(try value.decode([String: JSONTree].self)) }
    }

    /// In the words of JSON Schema.
    public var type: String {
        switch self {
        case .null: "null"
        case .boolean: "boolean"
        case .number(let number): number == number.rounded() ? "integer" : "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
