/// Finds what has the form of a secret in a text of any kind: a message, a line of a shell, a connection.
enum SecretShapes {
    /// Where secrets are: behind `name=` and `name:` where the name says so, before the `@` of an address, behind `Bearer`, and tokens that
    /// begin as those of well-known services do.
    static func ranges(in text: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        for index in text.indices {
            switch text[index] {
            case UInt8(ascii: "="): if let range = value(text, at: index) { found.append(range) }
            case UInt8(ascii: ":"): if let range = userinfo(text, at: index) ?? value(text, at: index) { found.append(range) }
            case _ where index == 0 || !isNameByte(text[index - 1]): if let range = token(text, from: index) { found.append(range) }
            default: break
            }
        }
        return Redaction.merged(found)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool { SecretName.isLetterOrDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") }
    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    private static func isEnd(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`") }

    // MARK: name=value

    /// - Parameter sign: of `=` or `:`.
    private static func value(_ text: [UInt8], at sign: Int) -> Range<Int>? {
        var end = sign
        while end > 0, isBlank(text[end - 1]) { end -= 1 }
        let isQuoted = end > 0 && (text[end - 1] == UInt8(ascii: "\"") || text[end - 1] == UInt8(ascii: "'"))
        if isQuoted { end -= 1 }
        var start = end
        while start > 0, isNameByte(text[start - 1]) { start -= 1 }
        let name = Array(text[start..<end])
        guard SecretName.isSecret(name) else { return nil }
        // `unexpected token: x` is no secret, `"token": "x"` is one.
        if text[sign] == UInt8(ascii: ":"), !isQuoted, !["password", "passwd", "passphrase", "authorization"].contains(where: { name.suffix($0.utf8.count).map { $0 | 0x20 }.elementsEqual($0.utf8) }) {
            return nil
        }
        let isHeader = name.map { $0 | 0x20 }.elementsEqual("authorization".utf8)
        var from = sign + 1
        while from < text.count, isBlank(text[from]) { from += 1 }
        guard from < text.count else { return nil }
        if text[from] == UInt8(ascii: "'") || text[from] == UInt8(ascii: "\"") { return quoted(text, from) }
        let isQuery = isInQuery(text, start)
        let to = text[from...].firstIndex { isHeader ? $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") : isEnd($0) || (isQuery && $0 == UInt8(ascii: "&")) } ?? text.count
        return from < to ? from..<to : nil
    }

    /// Whether what precedes `position` without a blank is an address with a query.
    private static func isInQuery(_ text: [UInt8], _ position: Int) -> Bool {
        text[..<position].reversed().prefix { !isEnd($0) }.contains(UInt8(ascii: "?"))
    }

    /// What is within quotes, where a backslash escapes; without an end to the text's.
    private static func quoted(_ text: [UInt8], _ quote: Int) -> Range<Int>? {
        var index = quote + 1
        while index < text.count, text[index] != text[quote] { index += text[index] == UInt8(ascii: "\\") ? 2 : 1 }
        return quote + 1 < min(index, text.count) ? (quote + 1)..<min(index, text.count) : nil
    }

    // MARK: scheme://user:secret@host

    private static func userinfo(_ text: [UInt8], at colon: Int) -> Range<Int>? {
        guard text[colon...].starts(with: "://".utf8) else { return nil }
        let authority = text[(colon + 3)...].prefix { !isEnd($0) && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        guard let at = authority.lastIndex(of: UInt8(ascii: "@")), let user = authority[..<at].firstIndex(of: UInt8(ascii: ":")), user + 1 < at else { return nil }
        return (user + 1)..<at
    }

    // MARK: tokens

    /// How tokens of well-known services begin, and how many bytes they have at least.
    private static let beginnings: [(text: [UInt8], least: Int)] = [
        ("AKIA", 20), ("ASIA", 20), ("ghp_", 20), ("gho_", 20), ("ghs_", 20), ("github_pat_", 30), ("glpat-", 20), ("xoxb-", 20), ("xoxp-", 20), ("eyJ", 30),
    ].map { (Array($0.0.utf8), $0.1) }

    private static func token(_ text: [UInt8], from start: Int) -> Range<Int>? {
        let rest = text[start...]
        if rest.prefix(6).map({ $0 | 0x20 }).elementsEqual("bearer".utf8), rest.count > 7, isBlank(text[start + 6]) {
            let word = text[(start + 7)...].prefix { !isEnd($0) }
            return word.count >= 8 ? word.startIndex..<word.endIndex : nil
        }
        for beginning in beginnings where rest.starts(with: beginning.text) {
            let word = rest.prefix { isNameByte($0) || $0 == UInt8(ascii: ".") }
            if word.count >= beginning.least { return word.startIndex..<word.endIndex }
        }
        return nil
    }
}
