import Platform

/// The run of one script in the dialect of sqllogictest-rs. It ends at the first record that fails.
struct RSRun {
    let options: RunOptions
    private let database: any EngineDatabase
    private let engineName: String
    private let progress: RecordProgress?
    private var connections: [String: any EngineConnection] = [:]
    /// Commands that a `system` record left running; they end with the script.
    private var background: [ShellCommand] = []

    var verdict = FileVerdict()
    var edits = ResultEdits()
    var variables: RSVariables
    private var substitutes = false
    /// Whether what the engine gives is written into the script: only at the last attempt.
    var isRecording = false
    var sortMode = SortMode.nosort
    var isValueWise = false
    var hashThreshold: Int
    var rows = ResultTable.boxed()
    private var sql = [UInt8]()
    /// What the server said while the last SQL ran.
    private var notices: [String] = []
    /// Where only some blocks of the script are run.
    var division: PartProgress?
    /// How often the record has failed so far.
    private(set) var failedAttempts = 0
    /// Whether the database has gone with a record that was ended.
    private var hasLostDatabase = false
    /// What the record has given in the place of what it expects.
    var mismatch: RSMismatch?
    /// The keys of the script's records, once one has been asked for.
    var keys: RecordKeys?

    init(database: any EngineDatabase, engineName: String, options: RunOptions, progress: RecordProgress?) {
        self.database = database
        self.engineName = options.engineName ?? engineName
        self.options = options
        self.progress = progress
        hashThreshold = options.hashThreshold ?? 0
        variables = RSVariables(testFolder: TestFolder(), database: database.name)
    }

    mutating func runAll(_ script: Script) throws(SQLLogicTestError) {
        let records: [RSRecord]
        do throws(RSParseError) {
            records = try RSParser.parse(script, within: options.allowsSystem ? nil : ScriptFolder(of: script.name))
        } catch {
            var failure = ScriptFailure(kind: .script, line: error.line, message: error.message)
            (failure.category, failure.recordLine) = (.script, error.line)
            verdict.add(error.script === script ? failure : failure.attributed(to: error.script.name), keeping: options.failureLimit)
            verdict.stopReason = .badRecord
            verdict.stoppedAt = 0
            return
        }
        for (index, record) in records.enumerated() {
            if division?.begin(index + 1, &verdict) == false { return }
            progress?(record.mainLine, index + 1)
            if case .halt = record.body {
                verdict.haltLine = record.mainLine
                verdict.stopReason = .halt
                return
            }
            failedAttempts = 0
            guard let failure = try run(record) else {
                if failedAttempts > 0 { addRetried(index, in: records) }
                continue
            }
            verdict.add(explain(record, failure, key(of: index, in: records), in: script), keeping: options.failureLimit)
            // While results are recorded, one that cannot be recorded does not end the run.
            guard options.records, !hasLostDatabase else {
                verdict.stopReason = hasLostDatabase ? .timeout : .firstError
                verdict.stoppedAt = record.mainLine
                return
            }
        }
    }

    /// - Returns: nil if the record held.
    private mutating func run(_ record: RSRecord) throws(SQLLogicTestError) -> ScriptFailure? {
        switch record.body {
        case .control(.sortMode(let mode)): sortMode = mode
        case .control(.valueWise(let isOn)): isValueWise = isOn
        case .control(.substitution(let isOn)): substitutes = isOn
        case .hashThreshold(let threshold): if options.hashThreshold == nil { hashThreshold = threshold }
        case .sleep(let duration): Clock.pauseThread(duration.inSeconds)
        case .halt: break
        case .statement, .query, .system, .bind:
            if isSkipped(record) {
                verdict.skipped += 1
                return nil
            }
            verdict.tests += 1
            return try runTest(record)
        }
        return nil
    }

    /// A command does not run on an engine, so its conditions know labels only.
    private func isSkipped(_ record: RSRecord) -> Bool {
        var names = options.labels
        if case .system = record.body {} else { names.append(engineName) }
        return record.isLeftOut(for: names)
    }

    private mutating func runTest(_ record: RSRecord) throws(SQLLogicTestError) -> ScriptFailure? {
        var attempt = 1
        while true {
            isRecording = options.records && attempt >= record.retry?.attempts ?? 1
            let changes = edits.count
            let failure = try runOnce(record)
            if failure == nil, options.records { return settle(record, isChanged: edits.count > changes) }
            guard failure != nil, let retry = record.retry, attempt < retry.attempts, !hasLostDatabase else { return failure }
            attempt += 1
            failedAttempts += 1
            Clock.pauseThread(retry.backoff.inSeconds)
        }
    }

    /// A record of a script that is included more than once has one result, which must hold each time.
    private mutating func settle(_ record: RSRecord, isChanged: Bool) -> ScriptFailure? {
        if !isChanged { edits.keep(record.result, in: record.script) }
        guard edits.isContradictory(record.result, in: record.script) else { return nil }
        return failure(.wrongValue, record, "cannot record a result: the record is included more than once and has not the same result each time", .other)
    }

    private mutating func runOnce(_ record: RSRecord) throws(SQLLogicTestError) -> ScriptFailure? {
        do throws(SubstitutionError) {
            switch record.body {
            case .statement(let expectation, let text):
                let outcome = try run(text, record)
                noteStatement(succeeded(outcome))
                return timeout(outcome, record) ?? judge(outcome, expectation, record)
            case .query(let expectation, let text):
                if canLeaveOut(text) { return nil }
                let outcome = try run(text, record)
                return timeout(outcome, record) ?? judge(outcome, expectation, record)
            case .system(let command, let output):
                return runSystem(try substitutes ? variables.substituteInCommand(command) : command, output, record)
            case .bind(let names, let text):
                let outcome = try run(text, record)
                return timeout(outcome, record) ?? bind(names, outcome, record)
            default: return nil
            }
        } catch {
            return failure(.script, record, error.shown)
        }
    }

    /// Runs SQL on the record's connection; the rows are in `rows` afterwards.
    private mutating func run(_ text: [UInt8], _ record: RSRecord) throws(SubstitutionError) -> Result<StatementOutcome, SQLLogicTestError> {
        sql = try substitutes ? variables.substitute(text) : text
        rows.table.removeAll()
        mismatch = nil
        notices = []
        if let refusal = sql.withUnsafeBufferPointer({ options.refusal(of: $0) }) { throw .refused(refusal) }
        do throws(SQLLogicTestError) {
            let connection = try connection(record.connection ?? "")
            defer { notices = connection.notices }
            sql.append(0)
            defer { sql.removeLast() }
            let outcome = sql.withUnsafeBufferPointer { bytes in
                connection.run(UnsafeBufferPointer(rebasing: bytes[..<(bytes.count - 1)]), into: &rows.table)
            }
            return .success(rows.table.isExhausted ? .failed(EngineFailure("out of memory")) : outcome)
        } catch {
            return .failure(error)
        }
    }

    /// A record that was ended has failed, also where it must fail.
    private mutating func timeout(_ outcome: Result<StatementOutcome, SQLLogicTestError>, _ record: RSRecord) -> ScriptFailure? {
        guard case .success(.failed(let error)) = outcome, let interruption = error.interruption else { return nil }
        if interruption.lostDatabase { hasLostDatabase = true }
        return failure(.timeout, record, error.message)
    }

    /// Connections are opened when they are first used, one for each name.
    mutating func connection(_ name: String) throws(SQLLogicTestError) -> any EngineConnection {
        if let known = connections[name] { return known }
        let made = try database.connect()
        connections[name] = made
        return made
    }

    // MARK: Statements

    private mutating func judge(_ outcome: Result<StatementOutcome, SQLLogicTestError>, _ expectation: RSRecord.StatementExpectation,
                                _ record: RSRecord) -> ScriptFailure? {
        switch (succeeded(outcome), expectation) {
        case (.failure(let error), .error(let expected)):
            return judge(error, expected, record)
        case (.failure(let error), _):
            return failure(.statementFailed, record, "statement failed: \(error.message)")
        case (.success, .error):
            return failure(.statementSucceeded, record, "statement is expected to fail, but it succeeded")
        case (.success(let count), .count(let expected)) where count != expected:
            return failure(.wrongValue, record, "statement is expected to affect \(expected) rows, but it affected \(count)",
                           expected: "\(expected)", actual: "\(count)")
        case (.success, _):
            return nil
        }
    }

    /// The number of rows changed or given, or the engine's refusal.
    private func succeeded(_ outcome: Result<StatementOutcome, SQLLogicTestError>) -> Result<Int, EngineFailure> {
        switch outcome {
        case .success(.complete(let count)): .success(count)
        case .success(.rows): .success(rowCount)
        case .success(.failed(let error)): .failure(error)
        case .failure(let error): .failure(EngineFailure(error.message))
        }
    }

    var rowCount: Int { rows.table.count / max(rows.table.columns, 1) }

    mutating func judge(_ error: EngineFailure, _ expected: RSExpectedError, _ record: RSRecord) -> ScriptFailure? {
        if expected.matches(error) { return nil }
        let text = error.clientText ?? error.message
        if case .text = expected, isRecording { return recordMessage(text, record) }
        var actual = text
        if case .sqlState = expected { actual = error.message }
        let state = error.sqlState.map { "(\($0)) " } ?? ""
        return failure(.statementFailed, record, "the error is not the expected one", .wrongError, expected: expected.shown, actual: state + actual)
    }

    private mutating func recordMessage(_ message: String, _ record: RSRecord) -> ScriptFailure? {
        let text = Whitespace.trimmed(message)
        guard !text.contains("\n\n\n"), !text.utf8.contains(0x0D) else {
            return failure(.wrongValue, record, "cannot record a text with two blank lines or carriage returns in it", .other, actual: message)
        }
        edits.replace(record.result, in: record.script, with: Array((text + "\n").utf8))
        return nil
    }

    // MARK: Variables

    private mutating func bind(_ names: [String], _ outcome: Result<StatementOutcome, SQLLogicTestError>, _ record: RSRecord) -> ScriptFailure? {
        if case .failure(let error) = succeeded(outcome) {
            return failure(.queryFailed, record, "let failed: \(error.message)")
        }
        let columns = rows.table.columns
        guard rowCount == 1, columns == names.count else {
            return failure(.wrongValue, record,
                           "let needs 1 row of \(names.count) columns, but the query gave \(rowCount) rows of \(columns)",
                           columns == names.count ? .wrongRows : .columns)
        }
        for (index, name) in names.enumerated() { variables.bind(name, String(decoding: rows.table.value(index), as: UTF8.self)) }
        return nil
    }

    // MARK: Commands

    /// Bytes of a command's output that are kept.
    private static let outputLimit = 1 << 20

    private mutating func runSystem(_ command: [UInt8], _ expected: String?, _ record: RSRecord) -> ScriptFailure? {
        sql = command
        notices = []
        if !options.allowsSystem { return failure(.script, record, Refusal.message("a system record")) }
        do throws(ShellCommand.Failure) {
            if Whitespace.trimmed(String(decoding: command, as: UTF8.self)).utf8.last == UInt8(ascii: "&") {
                background.append(try ShellCommand(command + Array("\nwait".utf8)))
                // Nobody waits for what it prints.
                return judgeOutput("", expected, record)
            }
            let child = try ShellCommand(command, output: true)
            let output = Whitespace.trimmed(String(decoding: child.readAll(limit: Self.outputLimit), as: UTF8.self))
            guard let end = child.wait() else {
                return failure(.statementFailed, record, "system command failed: the system does not say how it ended", actual: output)
            }
            guard end == .exited(0) else { return failure(.statementFailed, record, "system command failed with \(end.shown)", actual: output) }
            return judgeOutput(output, expected, record)
        } catch {
            return failure(.statementFailed, record, "system command failed: \(error.message)")
        }
    }

    private mutating func judgeOutput(_ output: String, _ expected: String?, _ record: RSRecord) -> ScriptFailure? {
        guard let expected, output != expected else { return nil }
        if isRecording { return recordMessage(output, record) }
        return failure(.wrongValue, record, "system command's output differs", expected: expected, actual: output)
    }

    @inline(never)
    func failure(_ kind: ScriptFailure.Kind, _ record: RSRecord, _ message: String, _ category: FailureCategory? = nil,
                 expected: String = "", actual: String = "") -> ScriptFailure {
        func cut(_ text: String) -> String { Array(text.utf8).withUnsafeBufferPointer { ScriptFailure.cut($0) } }
        var failure = ScriptFailure(kind: kind, line: record.line, message: message, sql: sql.withUnsafeBufferPointer { ScriptFailure.cut($0) },
                                    expected: cut(expected), actual: cut(actual)).with(notices: notices)
        failure.category = category ?? kind.category
        return failure
    }
}
