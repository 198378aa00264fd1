/// What libpq is given, read as libpq reads it: `host=db password='a b'`, or `postgres://user:password@host/db?sslpassword=x`.
///
/// The forms are those of the PostgreSQL manual, "Connection Strings"; `passfile` names a file and is no secret.
package struct ConnectionText {
    private let text: [UInt8]
    private let found: [(range: Range<Int>, values: [String])]

    package init(_ text: String) {
        let bytes = Array(text.utf8)
        self.text = bytes
        let start = String(text.drop { $0.isWhitespace }.prefix(16)).lowercased()
        found = start.hasPrefix("postgres://") || start.hasPrefix("postgresql://") ? Self.address(bytes) : Self.keywords(bytes)
    }

    /// Passwords, as they are and as they are written.
    package var secrets: [String] { found.flatMap(\.values) }

    /// Whether there is one.
    package var hasSecrets: Bool { !found.isEmpty }

    /// The same with ``Redaction/mark`` in the place of passwords.
    package var redacted: String {
        String(decoding: Redaction.replacing(Redaction.merged(found.map(\.range)), in: text), as: UTF8.self)
    }

    // MARK: keywords

    private static func keywords(_ text: [UInt8]) -> [(Range<Int>, [String])] {
        var found: [(Range<Int>, [String])] = []
        var index = 0
        func skip(_ isWanted: (UInt8) -> Bool) { while index < text.count, isWanted(text[index]) { index += 1 } }
        while index < text.count {
            skip { $0 <= 0x20 }
            let start = index
            skip { $0 > 0x20 && $0 != UInt8(ascii: "=") }
            let name = Array(text[start..<index])
            skip { $0 <= 0x20 }
            guard index < text.count, text[index] == UInt8(ascii: "=") else { continue }
            index += 1
            skip { $0 <= 0x20 }
            let isQuoted = index < text.count && text[index] == UInt8(ascii: "'")
            if isQuoted { index += 1 }
            let from = index
            var value: [UInt8] = []
            while index < text.count, isQuoted ? text[index] != UInt8(ascii: "'") : text[index] > 0x20 {
                if text[index] == UInt8(ascii: "\\"), index + 1 < text.count { index += 1 }
                value.append(text[index])
                index += 1
            }
            if SecretName.isSecret(name), from < index { found.append((from..<index, [String(decoding: value, as: UTF8.self), String(decoding: text[from..<index], as: UTF8.self)])) }
            if isQuoted { index += 1 }
        }
        return found
    }

    // MARK: addresses

    private static func address(_ text: [UInt8]) -> [(Range<Int>, [String])] {
        var found: [(Range<Int>, [String])] = []
        func add(_ range: Range<Int>) {
            guard !range.isEmpty else { return }
            let raw = Array(text[range])
            found.append((range, [String(decoding: raw, as: UTF8.self), String(decoding: decoded(raw), as: UTF8.self)]))
        }
        guard let sign = text.firstIndex(of: UInt8(ascii: "/")) else { return [] }
        let start = sign + 2
        let query = text[min(start, text.count)...].firstIndex(of: UInt8(ascii: "?")) ?? text.count
        // The last @: who forgot to encode one in a password would see half of it.
        if start <= query, let at = text[start..<query].lastIndex(of: UInt8(ascii: "@")), let colon = text[start..<at].firstIndex(of: UInt8(ascii: ":")) { add((colon + 1)..<at) }
        for part in text[min(query + 1, text.count)...].split(separator: UInt8(ascii: "&")) {
            guard let equals = part.firstIndex(of: UInt8(ascii: "=")), SecretName.isSecret(decoded(Array(part[..<equals]))) else { continue }
            add((equals + 1)..<part.endIndex)
        }
        return found
    }

    private static func decoded(_ text: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: "%"), index + 2 < text.count, let byte = UInt8(String(decoding: text[(index + 1)...(index + 2)], as: UTF8.self), radix: 16) {
                bytes.append(byte)
                index += 3
            } else {
                bytes.append(text[index])
                index += 1
            }
        }
        return bytes
    }
}
