/// Scripts of DuckDB's runner.
extension ScriptSurvey {
    mutating func readDuck(_ script: Script, _ workingDirectory: String?) {
        let (nodes, inclusions, problems) = DuckParser.survey(script, workingDirectory: workingDirectory)
        for problem in problems { add(problem: problem.message, line: problem.line, file: problem.file) }
        for inclusion in inclusions {
            add(inclusion: inclusion.path, pattern: "", line: inclusion.place.line, file: inclusion.place.file)
            add(missing: inclusion.missing)
        }
        add(nodes, workingDirectory)
    }

    private mutating func add(_ nodes: [DuckNode], _ workingDirectory: String?) {
        for node in nodes {
            switch node {
            case .record(let record): add(record, workingDirectory)
            case .loop(let loop):
                if loop.isConcurrent { addVariation("its records run at the same time", line: loop.place.line, file: loop.place.file) }
                add(loop.body, workingDirectory)
            }
        }
    }

    private mutating func add(_ record: DuckRecord, _ workingDirectory: String?) {
        countRecord()
        let (line, file) = (record.place.line, record.place.file)
        if let problem = record.problem { add(problem: problem, line: line, file: file) }
        switch record.words[0] {
        case "statement", "query":
            Array(record.sql.utf8).withUnsafeBufferPointer { add(sql: $0, line: line, file: file) }
            if record.beginsWithVariable { add(.variables, "a variable says what the SQL does", line: line, file: file) }
            // What is made of it may lie in a folder whose name is another one each time.
            if record.sql.contains("_DIR") || record.sql.contains("WORKING_DIRECTORY") { addVariation("its SQL names a folder", line: line, file: file) }
            if let path = record.expectedFile { add(expected: path, record, workingDirectory) }
        case "unzip": add(.system, "starts gzip, which writes a file", line: line, file: file)
        case "load" where record.words.count > 1:
            addVariation("it opens a database that is a file", line: line, file: file)
            if !record.words[1].contains("{"), !record.words[1].hasPrefix("__TEST_DIR__") { addOutside("opens the database", record.words[1], record, workingDirectory) }
        case "require-env", "test-env": add(.environment, "uses the environment's variable \(record.words.dropFirst().first ?? "")", line: line, file: file)
        default: break
        }
    }

    private mutating func add(expected path: String, _ record: DuckRecord, _ workingDirectory: String?) {
        addVariation("a result is in another file", line: record.place.line, file: record.place.file)
        addOutside("expects what is in", path, record, workingDirectory)
    }

    private mutating func addOutside(_ verb: String, _ path: String, _ record: DuckRecord, _ workingDirectory: String?) {
        let absolute = path.hasPrefix("/") ? path : (workingDirectory.map { $0 + "/" } ?? "") + path
        // One that is not there yet is judged by its name.
        guard folder.isLeft(by: absolute) || (!folder.holds(absolute) && (path.hasPrefix("/") || path.contains("../"))) else { return }
        add(.outside, "\(verb) \(path), which is not in the folder of the test file", line: record.place.line, file: record.place.file)
    }
}

extension DuckRecord {
    private static let words: Set<String> = [
        "statement", "query", "halt", "continue", "tags", "hash-threshold", "mode", "reset", "require", "require-env", "test-env", "set", "sleep", "unzip",
        "load", "reconnect", "restart",
    ]

    /// What is wrong with it, as far as its text tells.
    fileprivate var problem: String? {
        let argument = words.count > 1 ? words[1] : ""
        switch words[0] {
        case "statement" where !["ok", "error", "maybe", "debug", "debug_skip"].contains(argument): return "statement argument should be 'ok', 'error' or 'maybe'"
        case "query" where argument.isEmpty || !argument.utf8.allSatisfy({ "TIR".utf8.contains($0) }): return "query needs a type string of T, I and R"
        // With a label it says that two results are the same, whatever they are.
        case "query" where !hasSeparator && words.count < 4: return "the query has no ----"
        case let word where !Self.words.contains(word): return "unknown record type: '\(word)'"
        default: return nil
        }
    }

    fileprivate var beginsWithVariable: Bool { sql.utf8.first == UInt8(ascii: "{") || sql.utf8.first == UInt8(ascii: "$") }

    /// The path of `<FILE>:path`, where that is its result.
    fileprivate var expectedFile: String? { expected.count == 1 && expected[0].hasPrefix("<FILE>:") ? String(expected[0].dropFirst(7)) : nil }
}
