/// Reads the records of a script, one by one, in the dialect of SQLite's own runner. Total: any bytes are a script.
public struct RecordParser {
    private let script: Script
    private var cursor: LineCursor
    private var isAtEnd: Bool
    /// The last line that `readBlock` took in.
    private var lastLineRead = 0

    public init(_ script: Script) {
        self.script = script
        cursor = LineCursor(script)
        isAtEnd = !cursor.advance()
    }

    /// Reads the next record into `record`, whose storage is used again.
    /// - Returns: false when there is none.
    public mutating func next(_ record: inout Record) -> Bool {
        while !isAtEnd, cursor.isBlank { step() }
        guard !isAtEnd else { return false }
        readConditions(&record)
        record.line = cursor.number
        record.endLine = cursor.number
        record.sql = .none
        record.expected = .none
        record.hasSeparator = false
        record.kind = kind(of: record.tokens.0)
        switch record.kind {
        case .statement: record.sql = readBlock(untilSeparator: false)
        case .query: readQuery(&record)
        case .halt, .hashThreshold, .unknown: break
        }
        while !isAtEnd, !cursor.isBlank { step() }
        return true
    }

    private mutating func step() { isAtEnd = !cursor.advance() }

    private mutating func readConditions(_ record: inout Record) {
        record.conditions.removeAll(keepingCapacity: true)
        while true {
            record.tokens = tokens(of: cursor.line)
            let isSkip = script.equals(record.tokens.0, "skipif")
            guard isSkip || script.equals(record.tokens.0, "onlyif") else { return }
            record.conditions.append(.init(isSkip: isSkip, name: record.tokens.1))
            step()
        }
    }

    private mutating func readQuery(_ record: inout Record) {
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

    private func kind(of token: ByteRange) -> Record.Kind {
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
        while at < end, isSpace(base[at]) { at += 1 }
        let start = at
        while at < end, !isSpace(base[at]) { at += 1 }
        return ByteRange(start, min(at, start + Record.tokenLimit))
    }
}
