/// Cuts SQL into tokens that are the same in all dialects of it: enough to tell text from names and both from comments. It accepts any bytes.
struct SQLLexer {
    /// Whose rules hold where engines cut the same text differently.
    enum Rules {
        /// What most SQL means.
        case common
        /// SQLite's (`tokenize.c`): no dollar quotes, variables that may hold a quote, and a byte order mark is a blank.
        case sqlite
        /// PostgreSQL's and DuckDB's (`scan.l`): brackets quote nothing, comments are nested, and `E'…'` has backslashes.
        case postgres
    }

    enum Kind {
        /// White space, or a comment: `-- …` and `/* … */`.
        case blank
        /// A name or keyword without quotes.
        case word
        /// A name between `"`, `` ` `` or `[` and `]`.
        case name
        /// A text between `'` or, as PostgreSQL and DuckDB have it, `$tag$`.
        case text
        case number
        /// Any other byte.
        case symbol
    }

    private let sql: UnsafeBufferPointer<UInt8>
    private let rules: Rules
    private var at = 0
    /// Whether no `]` comes any more. Without this and the next, each of many quotes without an end would look for it to the end of the text.
    private var hasNoBracket = false
    /// Where each `$tag$` stands last; made when one has no end.
    private var lastTags: [[UInt8]: Int]?

    init(_ sql: UnsafeBufferPointer<UInt8>, rules: Rules = .common) {
        self.sql = sql
        self.rules = rules
    }

    /// The next token; nil at the end. All tokens one after the other are the whole text.
    mutating func next() -> (kind: Kind, bytes: Slice<UnsafeBufferPointer<UInt8>>)? {
        guard at < sql.count else { return nil }
        let start = at
        let kind = step()
        return (kind, sql[start..<at])
    }

    private mutating func step() -> Kind {
        let byte = sql[at]
        switch byte {
        case _ where ASCII.isSpace(byte) || isComment || isMark: skipBlanks()
            return .blank
        case UInt8(ascii: "'"):
            if hasBackslashes { skipEscaped() } else { skipQuoted(byte) }
            return .text
        case UInt8(ascii: "\""), UInt8(ascii: "`"): skipQuoted(byte)
            return .name
        case UInt8(ascii: "$"), UInt8(ascii: "@"), UInt8(ascii: ":"), UInt8(ascii: "#"):
            if rules == .sqlite {
                skipVariable()
                return .symbol
            }
            guard byte == UInt8(ascii: "$"), let end = endOfDollarQuote() else { break }
            at = end
            return .text
        case UInt8(ascii: "[") where rules != .postgres:
            guard let end = endOfBracket() else { break }
            at = end
            return .name
        case 0x30...0x39: skip { Self.isWordByte($0) || $0 == UInt8(ascii: ".") }
            return .number
        case _ where Self.isWordByte(byte): skip { Self.isWordByte($0) || $0 == UInt8(ascii: "$") }
            return .word
        default: break
        }
        at += 1
        return .symbol
    }

    private mutating func skip(while isPart: (UInt8) -> Bool) { at = sql[at...].firstIndex { !isPart($0) } ?? sql.count }

    static func isWordByte(_ byte: UInt8) -> Bool {
        let letter = byte | 0x20
        return byte >= 0x80 || byte == UInt8(ascii: "_") || (letter >= 0x61 && letter <= 0x7A) || (byte >= 0x30 && byte <= 0x39)
    }

    // MARK: Blanks

    private func isAt(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Bool {
        at + 1 < sql.count && sql[at] == UInt8(ascii: first) && sql[at + 1] == UInt8(ascii: second)
    }

    private var isComment: Bool { isAt("-", "-") || isAt("/", "*") }

    /// Whether a byte order mark is a blank here.
    private var isMark: Bool { rules == .sqlite && at + 2 < sql.count && sql[at] == 0xEF && sql[at + 1] == 0xBB && sql[at + 2] == 0xBF }

    private mutating func skipBlanks() {
        while at < sql.count {
            if ASCII.isSpace(sql[at]) {
                at += 1
            } else if isMark {
                at += 3
            } else if isAt("-", "-") {
                let endsAtReturn = rules == .postgres
                skip { $0 != 0x0A && !(endsAtReturn && $0 == 0x0D) }
            } else if isAt("/", "*") {
                skipComment()
            } else {
                return
            }
        }
    }

    private mutating func skipComment() {
        at += 2
        var depth = 1
        while at < sql.count, depth > 0 {
            if isAt("*", "/") {
                depth -= 1
                at += 2
            } else if rules == .postgres, isAt("/", "*") {
                depth += 1
                at += 2
            } else {
                at += 1
            }
        }
        at = min(at, sql.count)
    }

    // MARK: Quotes

    /// Two quotes within are one, and so look like two texts side by side.
    private mutating func skipQuoted(_ quote: UInt8) {
        repeat {
            guard let end = sql[(at + 1)...].firstIndex(of: quote) else {
                at = sql.count
                return
            }
            at = end + 1
        } while at < sql.count && sql[at] == quote
    }

    /// Behind `[ … ]`; nil where it has no end.
    private mutating func endOfBracket() -> Int? {
        if hasNoBracket { return nil }
        if let end = sql[at...].firstIndex(of: UInt8(ascii: "]")) { return end + 1 }
        hasNoBracket = true
        return nil
    }

    /// Whether the quote here belongs to an `E'…'`.
    private var hasBackslashes: Bool {
        guard rules == .postgres, at > 0, sql[at - 1] | 0x20 == UInt8(ascii: "e") else { return false }
        return at == 1 || !(Self.isWordByte(sql[at - 2]) || sql[at - 2] == UInt8(ascii: "$"))
    }

    private mutating func skipEscaped() {
        at += 1
        while at < sql.count {
            if sql[at] == UInt8(ascii: "'") {
                at += 1
                // Two quotes are one.
                guard at < sql.count, sql[at] == UInt8(ascii: "'") else { return }
            } else if sql[at] == UInt8(ascii: "\\") {
                at += 1
            }
            at += 1
        }
        at = min(at, sql.count)
    }

    /// `$name`, `@name`, `:name`, also `$name::part(anything but a blank)`.
    private mutating func skipVariable() {
        at += 1
        var hasName = false
        while at < sql.count {
            if Self.isWordByte(sql[at]) || sql[at] == UInt8(ascii: "$") {
                hasName = true
                at += 1
            } else if isAt(":", ":") {
                at += 2
            } else {
                guard sql[at] == UInt8(ascii: "("), hasName else { return }
                skip { !ASCII.isSpace($0) && $0 != UInt8(ascii: ")") && $0 != 0 }
                if at < sql.count, sql[at] == UInt8(ascii: ")") { at += 1 }
                return
            }
        }
    }

    /// Behind `$tag$ … $tag$`; nil where none begins, or where it has no end.
    private mutating func endOfDollarQuote() -> Int? {
        guard let tag = tag(at: at) else { return nil }
        if let lastTags, lastTags[Array(tag)] ?? 0 < tag.endIndex { return nil }
        var from = tag.endIndex
        while let found = sql[from...].firstIndex(of: UInt8(ascii: "$")) {
            if found + tag.count <= sql.count, sql[found..<(found + tag.count)].elementsEqual(tag) { return found + tag.count }
            from = found + 1
        }
        if lastTags == nil { lastTags = findLastTags() }
        return nil
    }

    /// The `$tag$` that begins at `start`, where a `$` is.
    private func tag(at start: Int) -> Slice<UnsafeBufferPointer<UInt8>>? {
        guard let close = sql[(start + 1)...].firstIndex(where: { !Self.isWordByte($0) }), sql[close] == UInt8(ascii: "$") else { return nil }
        let isNumber = close > start + 1 && (0x30...0x39).contains(sql[start + 1])
        return isNumber ? nil : sql[start...close]
    }

    private func findLastTags() -> [[UInt8]: Int] {
        var last: [[UInt8]: Int] = [:]
        for start in at..<sql.count where sql[start] == UInt8(ascii: "$") {
            if let tag = tag(at: start) { last[Array(tag)] = start }
        }
        return last
    }
}

/// SQL in the form by which records are told apart.
enum NormalizedSQL {
    /// Comments are blanks, blanks outside of quotes are one space, letters outside of quotes are lower case, and semicolons at the end are dropped.
    static func of(_ sql: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(sql.count)
        var isPending = false
        var lexer = SQLLexer(sql)
        while let (kind, bytes) = lexer.next() {
            if kind == .blank {
                isPending = !result.isEmpty
                continue
            }
            if isPending { result.append(0x20) }
            isPending = false
            switch kind {
            case .word, .number: for byte in bytes { result.append(ASCII.lowercased(byte)) }
            case .blank, .name, .text, .symbol: result.append(contentsOf: bytes)
            }
        }
        while let last = result.last, last == UInt8(ascii: ";") || last == 0x20 { result.removeLast() }
        return result
    }
}
