/// A reduced file as people get it: a script in the dialect of the whole file, and plain SQL.
package struct ReducedScript {
    private let candidate: ReductionCandidate
    /// What is right for the last record.
    private let expected: RecordOutcome?
    /// Lines above the records, without their `#`.
    private let comments: [String]

    package init(_ candidate: ReductionCandidate, expected: RecordOutcome?, comments: [String]) {
        self.candidate = candidate
        self.expected = expected
        self.comments = comments
    }

    /// The script. Its last record fails on the engine; all others hold.
    package var script: [UInt8] {
        if isFramed { return CandidateText(candidate, comments: comments).bytes }
        var text = Array(comments.map { "# \($0)\n" }.joined().utf8)
        if case .rows(let rows)? = expected, rows.count > RunOptions.defaultHashThreshold, rows.values.count == rows.count { text += Array("\nhash-threshold 0\n".utf8) }
        for (index, record) in candidate.records.enumerated() {
            let isLast = index == candidate.records.count - 1
            text += Array(("\n" + Self.header(record, expected, isLast) + "\n").utf8) + Self.lines(record.sql) + [0x0A]
            if isLast, case .query = record.kind, case .rows(let rows)? = expected { text += Array(("----\n" + Self.result(rows)).utf8) }
        }
        return text
    }

    /// Whether its records are as they stand in their file.
    private var isFramed: Bool { candidate.records.contains { $0.frame != nil } }

    /// The statements alone, with what is right in a comment.
    package var sql: [UInt8] {
        var text = Array(comments.map { "-- \($0)\n" }.joined().utf8)
        // A comment at the end would take the semicolon in.
        for record in candidate.records where !record.sql.isEmpty { text += SQLPieces.trimmed(SQLPieces(record.sql).sql) + Array(";\n".utf8) }
        if case .rows(let rows)? = expected {
            text += Array("-- right:\n".utf8)
            for start in stride(from: 0, to: rows.values.count, by: rows.columns) {
                text += Array(("-- " + rows.values[start..<min(start + rows.columns, rows.values.count)].joined(separator: "|") + "\n").utf8)
            }
        }
        return text
    }

    /// How many lines the script's header has, so that its last record can be found: the line of its header, from 1, or of the conditions above it.
    package var lastLine: Int {
        if isFramed { return CandidateText(candidate, comments: comments).starts.last ?? 1 }
        let marks = script
        var line = 1, found = 1
        var start = marks.startIndex
        for index in marks.indices where marks[index] == 0x0A {
            let text = marks[start..<index]
            if text.starts(with: "statement ".utf8) || text.starts(with: "query ".utf8) { found = line }
            line += 1
            start = index + 1
        }
        return found
    }

    private static func header(_ record: ReductionRecord, _ expected: RecordOutcome?, _ isLast: Bool) -> String {
        switch record.kind {
        case .succeeds: return "statement ok"
        case .fails: return "statement error"
        case .query(let types, let sortMode):
            // Nobody compares the rows of one before the last.
            guard isLast else { return "statement ok" }
            if case .refused? = expected { return "statement error" }
            return "query \(String(decoding: types, as: UTF8.self)) \(sortMode.rawValue)"
        }
    }

    /// SQL as lines of a script: none of them blank, none a comment of the script.
    private static func lines(_ sql: [UInt8]) -> [UInt8] {
        let lines = sql.split(separator: 0x0A)
        let isPlain = lines.allSatisfy { line in line.first != UInt8(ascii: "#") && !line.allSatisfy(ASCII.isSpace) && !line.elementsEqual("----".utf8) }
        return isPlain ? Array(lines.joined(separator: [0x0A])) : SQLPieces(sql).sql
    }

    private static func result(_ rows: ResultRows) -> String {
        guard rows.values.count == rows.count, rows.values.allSatisfy({ !$0.isEmpty && !$0.hasPrefix("#") }) else {
            return "\(rows.count) values hashing to \(String(decoding: rows.digest, as: UTF8.self))\n"
        }
        return rows.values.map { $0 + "\n" }.joined()
    }
}

extension SQLPieces {
    /// Without blanks and semicolons at the end.
    static func trimmed(_ sql: [UInt8]) -> [UInt8] {
        var sql = sql
        while let last = sql.last, ASCII.isSpace(last) || last == UInt8(ascii: ";") { sql.removeLast() }
        return sql
    }
}
