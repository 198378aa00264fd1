/// The run of one script: its position, its settings and what it has found.
struct ScriptRun: ~Copyable {
    let script: Script
    let connection: any EngineConnection
    let options: RunOptions
    private let engineName: [UInt8]
    private let progress: FileRunner.Progress?

    var verdict = FileVerdict()
    var edits = ResultEdits()
    var labels = LabelBook()
    var hashThreshold: Int
    var sql = ByteBuffer()
    var rows = ResultTable()
    var sorted = ResultTable()
    var sorter = ResultSorter()
    var hashLine = ByteBuffer(capacity: 128)

    init(_ script: Script, connection: any EngineConnection, engineName: String, options: RunOptions,
         progress: FileRunner.Progress?) {
        self.script = script
        self.connection = connection
        self.options = options
        self.progress = progress
        self.engineName = engineName.utf8.map(ASCII.lowercased)
        hashThreshold = options.hashThreshold ?? RunOptions.defaultHashThreshold
    }

    mutating func runAll() {
        var parser = RecordParser(script)
        var record = Record()
        var number = 0
        while parser.next(&record) {
            number += 1
            progress?(record.line, number)
            guard run(record) else { return }
            if options.haltOnError, verdict.errors > 0 {
                verdict.stopReason = .firstError
                return
            }
        }
    }

    /// - Returns: false when the file ends here.
    private mutating func run(_ record: borrowing Record) -> Bool {
        if !record.conditions.isEmpty, isSkipped(record) {
            skip(record)
            return true
        }
        switch record.kind {
        case .statement:
            runStatement(record)
        case .query:
            return runQuery(record)
        case .halt:
            verdict.haltLine = record.line
            verdict.stopReason = .halt
            return false
        case .hashThreshold:
            if options.hashThreshold == nil {
                hashThreshold = ASCII.leadingInteger(script.buffer(record.tokens.1))
            }
        case .unknown:
            fail(.script, record.line, "unknown record type: '\(script.text(record.tokens.0))'")
            verdict.stopReason = .badRecord
            return false
        }
        return true
    }

    // MARK: Conditions

    private func isSkipped(_ record: borrowing Record) -> Bool {
        for index in record.conditions.indices {
            let condition = record.conditions[index]
            if isEngine(condition.name) == condition.isSkip { return true }
        }
        return false
    }

    private func isEngine(_ name: ByteRange) -> Bool {
        guard name.count == engineName.count else { return false }
        return script.buffer(name).elementsEqual(engineName) { ASCII.lowercased($0) == $1 }
    }

    /// A skipped query still says what its label stands for.
    private mutating func skip(_ record: borrowing Record) {
        verdict.skipped += 1
        guard record.kind == .query, !record.tokens.3.isEmpty, record.expected.lines > 0 else { return }
        if !labels.agrees(script.buffer(record.tokens.3), digestOfExpected(record)) { failLabel(record.tokens.3, record) }
    }

    private func digestOfExpected(_ record: borrowing Record) -> [UInt8] {
        var lines = record.expected.cursor(in: script)
        var text = ByteBuffer()
        while lines.advance() {
            if text.count == 0, let digest = ResultDigest.named(in: script.buffer(lines.line)) { return digest }
            text.append(script.base + lines.line.start, lines.line.count)
            text.append(0x0A)
        }
        return ResultDigest.of(text.bytes)
    }

    // MARK: Statements

    private mutating func runStatement(_ record: borrowing Record) {
        let wantsSuccess = script.equals(record.tokens.1, "ok")
        let wantsError = script.equals(record.tokens.1, "error")
        readSQL(record)
        if !wantsSuccess, !wantsError {
            fail(.script, record.line, "statement argument should be 'ok' or 'error'")
        }
        verdict.tests += 1
        let error = connection.execute(sql.bytes)
        if wantsSuccess, let error {
            fail(.statementFailed, record.line, "statement error: \(error.message)")
        } else if wantsError, error == nil {
            fail(.statementSucceeded, record.line, "statement should have failed")
        }
    }

    /// Puts the record's SQL into `sql`: its lines joined by `\n`, and a NUL.
    mutating func readSQL(_ record: borrowing Record) {
        sql.removeAll()
        var lines = record.sql.cursor(in: script)
        while lines.advance() {
            if sql.count > 0 { sql.append(0x0A) }
            sql.append(script.base + lines.line.start, lines.line.count)
        }
        sql.terminate()
    }

    // MARK: Failures

    mutating func failLabel(_ label: ByteRange, _ record: borrowing Record) {
        fail(.label, record.line, "labeled result [\(script.text(label))] does not agree with previous values")
    }

    mutating func fail(_ kind: Failure.Kind, _ line: Int, _ message: String,
                       expected: UnsafeBufferPointer<UInt8> = .init(start: nil, count: 0),
                       actual: UnsafeBufferPointer<UInt8> = .init(start: nil, count: 0)) {
        verdict.errors += 1
        guard verdict.failures.count < options.failureLimit else { return }
        let failure = Failure(kind: kind, line: line, message: message, sql: Failure.cut(sql.bytes),
                              expected: Failure.cut(expected), actual: Failure.cut(actual))
        verdict.failures.append(failure.with(connection.notices))
    }
}
