/// Scripts of sqllogictest-rs.
extension ScriptSurvey {
    mutating func readRS(_ script: Script) {
        let reading = RSParser.survey(script)
        func file(_ other: Script) -> String? { other === script ? nil : other.name }
        for problem in reading.problems { add(problem: problem.message, line: problem.line, file: file(problem.script)) }
        for inclusion in reading.inclusions {
            add(inclusion: inclusion.path, pattern: inclusion.pattern, line: inclusion.line, file: file(inclusion.script))
        }
        for record in reading.records { add(record, file(record.script)) }
    }

    private mutating func add(_ record: RSRecord, _ file: String?) {
        countRecord()
        if record.retry != nil { addVariation("a record is tried again", line: record.line, file: file) }
        switch record.body {
        case .statement(_, let sql), .query(_, let sql), .bind(_, let sql):
            sql.withUnsafeBufferPointer { add(sql: $0, line: record.line, file: file) }
        case .system(let command, _):
            let text = String(decoding: command.prefix(200), as: UTF8.self).split(separator: "\n").joined(separator: " ")
            add(.system, "starts a program: \(text)", line: record.line, file: file)
        case .control(.substitution(true)):
            add(.variables, "variables, also those of the environment, are replaced in what follows", line: record.line, file: file)
        case .control, .sleep, .hashThreshold, .halt: break
        }
    }
}
