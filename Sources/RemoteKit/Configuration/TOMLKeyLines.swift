/// Where in a TOML text each key and list item stands. TOMLKit hands out values without their lines, and an
/// error that names no line sends its reader searching.
///
/// It stops at the first thing it does not know, which TOMLKit will complain about, with one exception: toml++,
/// which TOMLKit wraps, ends the process by an assertion where a value or a table's name is missing, as in
/// `x = [}]` or `[,]`. So this scan comes first, and ``mistake`` says where that is.
struct TOMLKeyLines {
    enum Part: Hashable {
        case key(String)
        case index(Int)
    }

    /// Line numbers from 1, by path from the root.
    private(set) var lines: [[Part]: Int] = [:]

    /// Line and column, from 1, of the first place where something is wrong: `a value is missing here`.
    private(set) var mistake: (what: String, line: Int, column: Int)?

    /// Keys and lists within each other; no key of ours is deeper than five. What is deeper takes time and memory by its square,
    /// here and in the parser, and its stack.
    static let deepest = 32

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    /// How many `[[name]]` headers there were, by path.
    private var headers: [[Part]: Int] = [:]

    init(_ text: String) {
        bytes = Array(text.utf8)
        var table: [Part] = []
        while skipBlank(), position < bytes.count {
            if current == UInt8(ascii: "[") { table = header() } else { pair(in: table) }
        }
    }

    // MARK: Headers and keys

    private mutating func header() -> [Part] {
        let start = line
        let isList = peek(1) == UInt8(ascii: "[")
        position += isList ? 2 : 1
        var path: [Part] = []
        let names = dottedKey()
        if names.isEmpty { mistake("a table's name is missing here") }
        guard names.count <= Self.deepest else {
            tooDeep()
            return []
        }
        for (place, name) in names.enumerated() {
            path.append(.key(name))
            if isList, place == names.count - 1 { headers[path, default: 0] += 1 }
            if let count = headers[path] { path.append(.index(count - 1)) }
            note(path, start)
        }
        skipToLineEnd()
        return path
    }

    private mutating func pair(in table: [Part]) {
        let start = line
        var path = table
        let names = dottedKey()
        guard path.count + names.count <= Self.deepest else { return tooDeep() }
        for name in names {
            path.append(.key(name))
            note(path, start)
        }
        skipSpaces()
        guard path.count > table.count, current == UInt8(ascii: "=") else { return giveUp() }
        position += 1
        value(at: path)
    }

    private mutating func dottedKey() -> [String] {
        var names: [String] = []
        while true {
            skipSpaces()
            guard let name = simpleKey() else { return names }
            names.append(name)
            skipSpaces()
            guard current == UInt8(ascii: ".") else { return names }
            position += 1
        }
    }

    private mutating func simpleKey() -> String? {
        let start = position
        if current == UInt8(ascii: "\"") || current == UInt8(ascii: "'") {
            string()
            return position - 1 > start ? String(decoding: bytes[(start + 1)..<(position - 1)], as: UTF8.self) : nil
        }
        while let byte = current, Self.isBare(byte) { position += 1 }
        return position > start ? String(decoding: bytes[start..<position], as: UTF8.self) : nil
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
             UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }

    // MARK: Values

    private mutating func value(at path: [Part]) {
        guard path.count <= Self.deepest else { return tooDeep() }
        skipSpaces()
        switch current {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): string()
        case UInt8(ascii: "["): list(at: path)
        case UInt8(ascii: "{"): inlineTable(at: path)
        case let byte? where byte > 0x20 && byte < 0x7F && !Self.isEnd(byte):
            while let byte = current, !Self.isEnd(byte) { position += 1 }
        default:
            mistake("a value is missing here")
        }
    }

    private mutating func tooDeep() { mistake("this is nested deeper than \(Self.deepest) levels") }

    private mutating func mistake(_ what: String) {
        guard mistake == nil else { return }
        let lineStart = bytes[..<min(position, bytes.count)].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        mistake = (what, line, position - lineStart + 1)
        giveUp()
    }

    private static func isEnd(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "#"), UInt8(ascii: "\n"): true
        default: false
        }
    }

    private mutating func list(at path: [Part]) {
        position += 1
        var index = 0
        while skipBlank(commas: true), let byte = current {
            if byte == UInt8(ascii: "]") {
                position += 1
                return
            }
            let before = position
            note(path + [.index(index)], line)
            value(at: path + [.index(index)])
            index += 1
            if position == before { return giveUp() }
        }
    }

    private mutating func inlineTable(at path: [Part]) {
        position += 1
        while skipBlank(commas: true), let byte = current {
            if byte == UInt8(ascii: "}") {
                position += 1
                return
            }
            pair(in: path)
        }
    }

    private mutating func string() {
        guard let quote = current else { return }
        let isBasic = quote == UInt8(ascii: "\"")
        let isLong = peek(1) == quote && peek(2) == quote
        position += isLong ? 3 : 1
        while let byte = current {
            if isBasic, byte == UInt8(ascii: "\\") {
                if peek(1) == UInt8(ascii: "\n") { line += 1 }
                position += 2
            } else if byte == quote, !isLong || (peek(1) == quote && peek(2) == quote) {
                position += isLong ? 3 : 1
                // A long string may end in up to two quotes of its own.
                while isLong, current == quote { position += 1 }
                return
            } else {
                if byte == UInt8(ascii: "\n") { line += 1 }
                position += 1
            }
        }
    }

    // MARK: Moving on

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }
    private func peek(_ offset: Int) -> UInt8? { position + offset < bytes.count ? bytes[position + offset] : nil }
    private mutating func giveUp() { position = bytes.count }

    private mutating func note(_ path: [Part], _ line: Int) {
        if lines[path] == nil { lines[path] = line }
    }

    private mutating func skipSpaces() {
        while let byte = current, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { position += 1 }
    }

    private mutating func skipToLineEnd() {
        while let byte = current, byte != UInt8(ascii: "\n") { position += 1 }
    }

    /// Passes over white space, line ends and comments. Always true, so that it can stand in a condition.
    private mutating func skipBlank(commas: Bool = false) -> Bool {
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\n"):
                line += 1
                position += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): position += 1
            case UInt8(ascii: ",") where commas: position += 1
            case UInt8(ascii: "#"): skipToLineEnd()
            default: return true
            }
        }
        return true
    }
}
