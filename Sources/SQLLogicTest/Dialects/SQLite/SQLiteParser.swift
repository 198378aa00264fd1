/// Reads the records of a script, one by one, in the dialect of SQLite's own runner (sqllogictest.c). It accepts any bytes.
struct SQLiteParser {
    private let script: Script
    private var cursor: LineCursor
    private var isAtEnd: Bool
    /// The number of the last line that `readBlock` has read.
    private var lastLineRead = 0

    init(_ script: Script) {
        self.script = script
        cursor = LineCursor(script)
        isAtEnd = !cursor.advance()
    }

    /// Reads the next record into `record` and reuses its storage.
    /// - Returns: false when there is none.
    mutating func next(_ record: inout SQLiteRecord) -> Bool {
        while !isAtEnd, cursor.isBlank { step() }
        guard !isAtEnd else { return false }
        readConditions(&record)
        record.line = cursor.number
        record.endLine = cursor.number
        record.sql = .none
        record.expected = .none
        record.hasSeparator = false
        record.kind = kind(of: record.tokens.0)
        let isOpen = isOpen(record)
        switch record.kind {
        case .statement: record.sql = readBlock(untilSeparator: false)
        case .query where !isOpen: readQuery(&record)
        case .query, .halt, .hashThreshold, .unknown: break
        }
        if isOpen {
            step()
        } else {
            while !isAtEnd, !cursor.isBlank { step() }
        }
        return true
    }

    /// Whether the next record may begin on the line below this one's header. The original runner skips to a blank line, but
    /// not from the first byte of the file (`findStartOfNextRecord`). If it has read nothing but a header there, the line below
    /// it begins the next record.
    private func isOpen(_ record: borrowing SQLiteRecord) -> Bool {
        guard cursor.line.start == 0, !isAtEnd else { return false }
        switch record.kind {
        case .hashThreshold: return true
        case .query: return SQLiteRecord.unknownType(in: script.buffer(record.tokens.1)) != nil
        case .statement, .halt, .unknown: return false
        }
    }

    private mutating func step() { isAtEnd = !cursor.advance() }

    private mutating func readConditions(_ record: inout SQLiteRecord) {
        record.conditions.removeAll(keepingCapacity: true)
        while true {
            record.tokens = tokens(of: cursor.line)
            let isSkip = script.equals(record.tokens.0, "skipif")
            guard isSkip || script.equals(record.tokens.0, "onlyif") else { return }
            record.conditions.append(.init(isSkip: isSkip, name: record.tokens.1))
            step()
        }
    }

    private mutating func readQuery(_ record: inout SQLiteRecord) {
        record.sql = readBlock(untilSeparator: true)
        guard !isAtEnd, cursor.isSeparator else {
            record.endLine = record.sql.lines == 0 ? record.line : lastLineRead
            return
        }
        record.hasSeparator = true
        record.expected = readBlock(untilSeparator: false)
        record.endLine = cursor.number
    }

    /// Reads the lines below the current one up to a blank line, the end, or, when asked, `----`.
    private mutating func readBlock(untilSeparator: Bool) -> LineBlock {
        var block = LineBlock(bytes: ByteRange(cursor.next, cursor.next), before: cursor.number, lines: 0)
        step()
        while !isAtEnd, !cursor.isBlank, !(untilSeparator && cursor.isSeparator) {
            block.bytes.end = cursor.next
            block.lines += 1
            lastLineRead = cursor.number
            step()
        }
        return block
    }

    private func kind(of token: ByteRange) -> SQLiteRecord.Kind {
        switch token.count {
        case 5: script.equals(token, "query") ? .query : .unknown
        case 9: script.equals(token, "statement") ? .statement : .unknown
        case 4: script.equals(token, "halt") ? .halt : .unknown
        case 14: script.equals(token, "hash-threshold") ? .hashThreshold : .unknown
        default: .unknown
        }
    }

    private func tokens(of line: ByteRange) -> (ByteRange, ByteRange, ByteRange, ByteRange) {
        var at = line.start
        let first = token(&at, line.end)
        let second = token(&at, line.end)
        let third = token(&at, line.end)
        return (first, second, third, token(&at, line.end))
    }

    private func token(_ at: inout Int, _ end: Int) -> ByteRange {
        let base = script.base
        while at < end, ASCII.isSpace(base[at]) { at += 1 }
        let start = at
        while at < end, !ASCII.isSpace(base[at]) { at += 1 }
        return ByteRange(start, min(at, start + SQLiteRecord.tokenLimit))
    }
}
