/// Scripts of SQLite's own runner.
extension ScriptSurvey {
    mutating func read(_ script: Script) {
        var parser = SQLiteParser(script)
        var record = SQLiteRecord()
        var sql = ByteBuffer()
        while parser.next(&record) {
            countRecord()
            switch record.kind {
            case .statement:
                if !script.equals(record.tokens.1, "ok"), !script.equals(record.tokens.1, "error") {
                    add(problem: "statement argument should be 'ok' or 'error'", line: record.line)
                }
                if record.sql.lines == 0 { add(problem: "the record has no SQL", line: record.line) }
            case .query: check(record, script)
            case .unknown: add(problem: "unknown record type: '\(script.text(record.tokens.0))'", line: record.line)
            case .halt, .hashThreshold: continue
            }
            guard record.sql.lines > 0 else { continue }
            record.sql.read(from: script, into: &sql)
            add(sql: sql.bytes, line: record.line)
        }
    }

    private mutating func check(_ record: borrowing SQLiteRecord, _ script: Script) {
        if record.tokens.1.isEmpty {
            add(problem: "missing type string", line: record.line)
        } else if let letter = SQLiteRecord.unknownType(in: script.buffer(record.tokens.1)) {
            return add(problem: "unknown type character '\(ASCII.shown(letter))' in type string", line: record.line)
        }
        if record.sortMode(in: script) == nil { add(problem: "unknown sort method: '\(script.text(record.tokens.2))'", line: record.line) }
        if record.sql.lines == 0 { add(problem: "the record has no SQL", line: record.line) }
        // With a label it says that two results are the same, whatever they are.
        if !record.hasSeparator, record.tokens.3.isEmpty { add(problem: "the query has no ----", line: record.line) }
    }
}
