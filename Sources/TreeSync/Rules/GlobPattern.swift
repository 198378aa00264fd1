import Glibc

/// One line of an ignore file, compiled. Semantics are those of gitignore(5), with the corners as git's own
/// matcher has them (a literal start is compared before `**` is looked at, an unfinished `[` matches nothing).
struct GlobPattern: Sendable {
    enum Form: Sendable {
        /// No slash in it: compared with an entry's name, byte for byte.
        case exactName
        /// `*` and then no wildcard: the name's end.
        case nameSuffix
        /// No slash in it, with wildcards: compared with the name.
        case name
        /// With a slash: compared with the path below the rule file's folder.
        case path
    }

    let isNegated: Bool
    let isDirectoryOnly: Bool
    let form: Form
    /// The exact name, the suffix, or the start without wildcards.
    let literal: [UInt8]
    let program: GlobProgram?
    /// Where it stands in its text, from 1.
    let lineNumber: Int

    /// A longer line can name no path that exists.
    static let longest = 4096

    /// - Parameters:
    ///   - line: without its line end. Returns `nil` for empty lines and comments.
    ///   - number: where it stands in its text, from 1.
    init?(line: ArraySlice<UInt8>, number: Int) {
        lineNumber = number
        guard let first = line.first, first != UInt8(ascii: "#") else { return nil }
        var text = Self.trimmed(line.prefix { $0 != 0 })
        isNegated = text.first == UInt8(ascii: "!")
        if isNegated { text = text.dropFirst() }
        isDirectoryOnly = text.last == UInt8(ascii: "/")
        if isDirectoryOnly { text = text.dropLast() }
        guard !text.isEmpty, text.count <= Self.longest else { return nil }

        let isName = !text.contains(UInt8(ascii: "/"))
        if !isName, text.first == UInt8(ascii: "/") { text = text.dropFirst() }
        let plain = text.prefix { !Self.isSpecial($0) }
        if isName, plain.count == text.count {
            (form, literal, program) = (.exactName, Array(text), nil)
        } else if isName, text.first == UInt8(ascii: "*"), !text.dropFirst().contains(where: Self.isSpecial) {
            (form, literal, program) = (.nameSuffix, Array(text.dropFirst()), nil)
        } else if isName {
            (form, literal, program) = (.name, Array(plain), GlobProgram(text.dropFirst(plain.count), crossesSlashes: true))
        } else {
            let rest = text.dropFirst(plain.count)
            (form, literal, program) = (.path, Array(plain), rest.isEmpty ? nil : GlobProgram(rest, crossesSlashes: false))
        }
    }

    /// - Parameters:
    ///   - path: the path below the rule file's folder.
    ///   - nameStart: where in `path` the entry's own name begins.
    @inline(__always)
    func matches(path: UnsafeBufferPointer<UInt8>, nameStart: Int) -> Bool {
        switch form {
        case .exactName:
            return path.count - nameStart == literal.count && Self.equal(literal, path, at: nameStart)
        case .nameSuffix:
            let start = path.count - literal.count
            return start >= nameStart && Self.equal(literal, path, at: start)
        case .name:
            return matches(path, from: nameStart)
        case .path:
            return matches(path, from: 0)
        }
    }

    private func matches(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Bool {
        let rest = start + literal.count
        guard rest <= text.count, Self.equal(literal, text, at: start) else { return false }
        guard let program else { return rest == text.count }
        return program.matches(UnsafeBufferPointer(rebasing: text[rest...]))
    }

    @inline(__always)
    private static func equal(_ literal: [UInt8], _ text: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
        guard !literal.isEmpty, let base = text.baseAddress else { return true }
        return literal.withUnsafeBufferPointer { bytes in
            guard let own = bytes.baseAddress else { return true }
            return own.pointee == base[start] && memcmp(own, base + start, bytes.count) == 0
        }
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "\\")
    }

    /// Drops the spaces at the end, but not one that a backslash quotes.
    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var end = line.startIndex
        var index = line.startIndex
        while index < line.endIndex {
            if line[index] == UInt8(ascii: "\\") {
                index += 2
                end = min(index, line.endIndex)
            } else {
                index += 1
                if line[index - 1] != UInt8(ascii: " ") { end = index }
            }
        }
        return line[..<end]
    }
}
