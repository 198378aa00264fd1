import Glibc
import Platform

/// The variables of a script: what `let` has bound, what the environment has, and the runner's own.
struct RSVariables {
    private var bound: [String: String]
    private let testFolder: TestFolder

    init(testFolder: TestFolder, database: String) {
        self.testFolder = testFolder
        bound = ["__DATABASE__": database]
    }

    mutating func bind(_ name: String, _ value: String) { bound[name] = value }

    static func isName(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, isLetter(first) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || ($0 >= 0x30 && $0 <= 0x39) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
    }

    private func value(_ name: String) throws(SubstitutionError) -> String? {
        switch name {
        case "__TEST_DIR__": return try folder()
        case "__NOW__": return Self.now
        default: return bound[name] ?? getenv(name).map { String(cString: $0) }
        }
    }

    /// Nanoseconds since 1970.
    private static var now: String { String(Clock.nanoseconds) }

    private func folder() throws(SubstitutionError) -> String {
        do throws(SQLLogicTestError) {
            return try testFolder.path()
        } catch {
            throw SubstitutionError(error.message)
        }
    }

    // MARK: SQL

    /// Replaces `$NAME`, `${NAME}` and `${NAME:default}` in `text`; a backslash before one of `$\{}:` takes its meaning away.
    func substitute(_ text: [UInt8], depth: Int = 0) throws(SubstitutionError) -> [UInt8] {
        guard depth < 16 else { throw SubstitutionError("defaults are nested too deep") }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var at = 0
        while at < text.count {
            let byte = text[at]
            at += 1
            if byte == UInt8(ascii: "\\") {
                guard at < text.count, "$\\{}:".utf8.contains(text[at]) else {
                    throw SubstitutionError("invalid escape \"\\\(at < text.count ? ASCII.shown(text[at]) : "")\"; write \\\\ for a backslash")
                }
                result.append(text[at])
                at += 1
            } else if byte == UInt8(ascii: "$") {
                result += try variable(text, &at, depth)
            } else {
                result.append(byte)
            }
        }
        return result
    }

    private func variable(_ text: [UInt8], _ at: inout Int, _ depth: Int) throws(SubstitutionError) -> [UInt8] {
        let isBraced = at < text.count && text[at] == UInt8(ascii: "{")
        if isBraced { at += 1 }
        let start = at
        while at < text.count, Self.isLetter(text[at]) || (at > start && text[at] >= 0x30 && text[at] <= 0x39) { at += 1 }
        let name = String(decoding: text[start..<at], as: UTF8.self)
        guard !name.isEmpty else { throw SubstitutionError("missing variable name behind $; write \\$ for a dollar sign") }
        guard isBraced else { return try known(name) }
        guard at < text.count, text[at] == UInt8(ascii: ":") else {
            guard at < text.count, text[at] == UInt8(ascii: "}") else { throw SubstitutionError("missing } behind ${\(name)") }
            at += 1
            return try known(name)
        }
        at += 1
        let fallback = try Self.fallback(text, &at, name)
        if let value = try value(name) { return Array(value.utf8) }
        return try substitute(fallback, depth: depth + 1)
    }

    /// The text up to the brace that closes the variable's own.
    private static func fallback(_ text: [UInt8], _ at: inout Int, _ name: String) throws(SubstitutionError) -> [UInt8] {
        let start = at
        var open = 1
        while at < text.count {
            switch text[at] {
            case UInt8(ascii: "\\"): at += 1
            case UInt8(ascii: "{"): open += 1
            case UInt8(ascii: "}"): open -= 1
            default: break
            }
            at += 1
            if open == 0 { return Array(text[start..<(at - 1)]) }
        }
        throw SubstitutionError("missing } behind ${\(name)")
    }

    private func known(_ name: String) throws(SubstitutionError) -> [UInt8] {
        guard let value = try value(name) else { throw SubstitutionError("No such variable: $\(name)") }
        return Array(value.utf8)
    }

    // MARK: Commands

    /// In a command only the runner's own names and bound ones are replaced, so that the shell keeps its variables.
    func substituteInCommand(_ command: [UInt8]) throws(SubstitutionError) -> [UInt8] {
        var result = command
        let folder = Array("$__TEST_DIR__".utf8)
        if result.firstRange(of: folder) != nil { result.replace(folder, with: Array(try self.folder().utf8)) }
        result.replace(Array("$__NOW__".utf8), with: Array(Self.now.utf8))
        // Longer names first: $ab is not $a and a b.
        for (name, value) in bound.sorted(by: { ($0.key.utf8.count, $0.key) > ($1.key.utf8.count, $1.key) }) {
            result.replace(Array("$\(name)".utf8), with: Array(value.utf8))
        }
        return result
    }
}
