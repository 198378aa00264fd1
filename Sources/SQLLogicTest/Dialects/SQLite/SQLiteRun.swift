/// The run of one script in the dialect of SQLite's own runner (sqllogictest.c): its settings and what it has found.
struct SQLiteRun: ~Copyable {
    let script: Script
    let connection: any EngineConnection
    let options: RunOptions
    private let engineName: [UInt8]
    private let progress: RecordProgress?

    var verdict = FileVerdict()
    var edits = ResultEdits()
    var labels = ResultLabels()
    var hashThreshold: Int
    var sql = ByteBuffer()
    var rows = ResultTable()
    var sorted = ResultTable()
    var sorter = ResultSorter()
    var hashLine = ByteBuffer(capacity: 128)
    /// The keys of the script's records, once one has failed.
    var keys: RecordKeys?
    /// What is known of the record that runs: the category of its failures, and whether its result is another one.
    var category: FailureCategory?
    var isMismatch = false
    /// The engine's words, if it refused the record.
    var refusal = ""
    /// What came of it that the record was ended, if it was.
    var interruption: Interruption?
    var consequences = Consequences()
    /// Where only some blocks of the script are run.
    var division: PartProgress?

    init(_ script: Script, connection: any EngineConnection, engineName: String, options: RunOptions,
         progress: RecordProgress?, blocks: BlockRun? = nil) {
        self.script = script
        self.connection = connection
        self.options = options
        self.progress = progress
        self.engineName = engineName.utf8.map(ASCII.lowercased)
        hashThreshold = options.hashThreshold ?? RunOptions.defaultHashThreshold
        division = blocks.map { PartProgress($0, connection: connection) }
    }

    mutating func runAll() {
        runRecords()
        division?.end(verdict)
    }

    private mutating func runRecords() {
        var parser = SQLiteParser(script)
        var record = SQLiteRecord()
        var number = 0
        while parser.next(&record) {
            number += 1
            if division?.begin(number, &verdict) == false { return }
            progress?(record.line, number)
            let (errors, kept) = (verdict.errors, verdict.failures.count)
            let before = division == nil ? nil : verdict
            let goesOn = run(record)
            if verdict.errors > errors { explain(record, number: number - 1, errors: errors, kept: kept) }
            if let before { closeLabel(record, before: before) }
            guard goesOn else {
                if verdict.stopReason == .badRecord || verdict.stopReason == .timeout { verdict.stoppedAt = record.line }
                return
            }
            if let last = options.lastLine, record.endLine >= last { return }
            if options.haltOnError, verdict.errors > 0 {
                verdict.stopReason = .firstError
                verdict.stoppedAt = record.line
                return
            }
        }
    }

    /// - Returns: false when the file ends here.
    private mutating func run(_ record: borrowing SQLiteRecord) -> Bool {
        if !record.conditions.isEmpty, record.isLeftOut(for: engineName, in: script) {
            skip(record)
            return true
        }
        switch record.kind {
        case .statement:
            runStatement(record)
            return verdict.stopReason != .timeout
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
            sql.removeAll()
            fail(.script, record.line, "unknown record type: '\(script.text(record.tokens.0))'")
            verdict.stopReason = .badRecord
            return false
        }
        return true
    }

    // MARK: Conditions

    /// A skipped query still says what its label stands for.
    private mutating func skip(_ record: borrowing SQLiteRecord) {
        verdict.skipped += 1
        guard record.kind == .query, !record.tokens.3.isEmpty, record.expected.lines > 0 else { return }
        guard !agrees(record.tokens.3, digestOfExpected(record)) else { return }
        readSQL(record)
        failLabel(record.tokens.3, record)
    }

    private func digestOfExpected(_ record: borrowing SQLiteRecord) -> [UInt8] {
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

    private mutating func runStatement(_ record: borrowing SQLiteRecord) {
        let wantsSuccess = script.equals(record.tokens.1, "ok")
        let wantsError = script.equals(record.tokens.1, "error")
        readSQL(record)
        if !wantsSuccess, !wantsError {
            fail(.script, record.line, "statement argument should be 'ok' or 'error'")
        }
        verdict.tests += 1
        if let refusal = options.refusal(of: sql.bytes) { return fail(.script, record.line, refusal) }
        let error = connection.execute(sql.bytes)
        division?.note(error)
        if let error, error.interruption != nil { return failTimeout(error, record) }
        if wantsSuccess, let error {
            fail(.statementFailed, record.line, "statement error: \(error.message)", .unexpectedError)
        } else if wantsError, error == nil {
            fail(.statementSucceeded, record.line, "statement should have failed", .unexpectedSuccess)
        } else if wantsSuccess, !consequences.isEmpty {
            consequences.succeeded(sql.bytes)
        }
    }

    /// Puts the record's SQL into `sql`: its lines joined by `\n`, and a NUL.
    mutating func readSQL(_ record: borrowing SQLiteRecord) {
        record.sql.read(from: script, into: &sql)
        sql.terminate()
    }

    // MARK: Failures

    mutating func failLabel(_ label: ByteRange, _ record: borrowing SQLiteRecord) {
        fail(.label, record.line, Self.labelMessage(script.text(label)))
    }

    static func labelMessage(_ label: String) -> String { "labeled result [\(label)] does not agree with previous values" }
}
