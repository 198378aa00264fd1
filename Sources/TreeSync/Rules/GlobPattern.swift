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

    /// - Parameters:
    ///   - line: without its line end. Returns `nil` for empty lines and comments.
    ///   - number: where it stands in its text, from 1.
    ///   - foldsCase: whether it is to be compared, as git does with `core.ignoreCase`, with paths in small letters.
    init?(line: ArraySlice<UInt8>, number: Int, foldsCase: Bool = false) {
        lineNumber = number
        guard let first = line.first, first != UInt8(ascii: "#") else { return nil }
        var text = Self.trimmed(line.prefix { $0 != 0 })
        isNegated = text.first == UInt8(ascii: "!")
        if isNegated { text = text.dropFirst() }
        isDirectoryOnly = text.last == UInt8(ascii: "/")
        if isDirectoryOnly { text = text.dropLast() }
        guard !text.isEmpty else { return nil }

        let isName = !text.contains(UInt8(ascii: "/"))
        if !isName, text.first == UInt8(ascii: "/") { text = text.dropFirst() }
        let plain = text.prefix { !Self.isSpecial($0) }
        func literal(_ bytes: ArraySlice<UInt8>) -> [UInt8] { foldsCase ? bytes.map(LetterCase.small) : Array(bytes) }
        func program(_ bytes: ArraySlice<UInt8>, crossesSlashes: Bool) -> GlobProgram {
            GlobProgram(bytes, crossesSlashes: crossesSlashes, foldsCase: foldsCase)
        }
        if isName, plain.count == text.count {
            (form, self.literal, self.program) = (.exactName, literal(text), nil)
        } else if isName, text.first == UInt8(ascii: "*"), !text.dropFirst().contains(where: Self.isSpecial) {
            (form, self.literal, self.program) = (.nameSuffix, literal(text.dropFirst()), nil)
        } else if isName {
            (form, self.literal, self.program) = (.name, literal(plain), program(text.dropFirst(plain.count), crossesSlashes: true))
        } else {
            let rest = text.dropFirst(plain.count)
            (form, self.literal, self.program) = (.path, literal(plain), rest.isEmpty ? nil : program(rest, crossesSlashes: false))
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

    /// What lets most patterns be passed over without a look at them.
    var sieve: PatternSieve {
        var sieve = PatternSieve(isDirectoryOnly: isDirectoryOnly, comparesName: form != .path)
        sieve.shortest = UInt32(clamping: literal.count + (program?.shortest ?? 0))
        if form == .nameSuffix {
            sieve.last = literal.last
        } else {
            sieve.first = literal.first ?? program?.first
            sieve.last = program == nil ? literal.last : program?.last
        }
        if program?.isImpossible == true { sieve.shortest = .max }
        return sieve
    }

    /// Whether it is its literal and nothing else.
    var isExact: Bool { form == .exactName || (form == .path && program == nil) }

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
