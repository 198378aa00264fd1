import Glibc

/// The run of one script in DuckDB's dialect. What is not supported ends the run as a skip that names the directive; it
/// is never a pass.
struct DuckRun {
    private let engine: any Engine
    private let options: RunOptions
    private let engineName: String
    private let progress: FileRunner.Progress?
    private var database: any EngineDatabase
    private var connections: [String: any EngineConnection] = [:]

    var verdict = FileVerdict()
    var hashThreshold: Int
    var labels: [String: [UInt8]] = [:]
    let rows = ResultTable.boxed()
    private let testFolder = TestFolder()
    /// Loop variables and those of `test-env` and `set variable`.
    private var variables: [String: String] = [:]
    /// `mode skip` until `mode unskip`.
    private var isSkipping = false
    /// Errors with one of these texts end the file as a skip.
    private var ignoredErrors = ["HTTP", "Unable to connect"]
    private var number = 0

    /// How a record ended, if not simply.
    enum Ending: Error {
        case failed(Failure)
        /// The file ends here, as a skip for this reason.
        case unsupported(String)
        case halt(line: Int)
        case nextRound
    }

    init(engine: any Engine, file: String, options: RunOptions, progress: FileRunner.Progress?) throws(SQLLogicTestError) {
        self.engine = engine
        self.options = options
        self.progress = progress
        engineName = options.engineName ?? "duckdb"
        hashThreshold = options.hashThreshold ?? 0
        database = try engine.open(file: file)
    }

    mutating func runAll(_ script: Script) {
        do throws(DuckParser.Problem) {
            try finish(DuckParser.parse(script), script)
        } catch {
            if error.isUnsupported { return skip("line \(error.line): \(error.message)") }
            verdict.note(Failure(kind: .script, line: error.line, message: error.message), limit: options.failureLimit)
            verdict.stopReason = .badRecord
        }
    }

    private mutating func finish(_ nodes: [DuckNode], _ script: Script) {
        do throws(Ending) {
            try run(nodes, script)
        } catch {
            switch error {
            case .failed(let failure):
                verdict.note(failure, limit: options.failureLimit)
                verdict.stopReason = .firstError
            case .unsupported(let reason): skip(reason)
            case .halt(let line):
                verdict.haltLine = line
                verdict.stopReason = .halt
            case .nextRound: break
            }
        }
    }

    private mutating func skip(_ reason: String) {
        verdict.skipped += 1
        verdict.skipReason = reason
        verdict.stopReason = .unsupported
    }

    private mutating func run(_ nodes: [DuckNode], _ script: Script) throws(Ending) {
        for node in nodes {
            switch node {
            case .record(let record): try run(record, script)
            case .loop(let loop):
                if isKeptOut(loop.conditions) {
                    verdict.skipped += 1
                    continue
                }
                try run(loop, script)
            }
        }
    }

    private mutating func run(_ loop: DuckLoop, _ script: Script) throws(Ending) {
        let outer = variables
        defer { for name in loop.names { variables[name] = outer[name] } }
        for values in loop.values {
            for (name, value) in zip(loop.names, values) { variables[name] = replace(value) }
            do throws(Ending) {
                try run(loop.body, script)
            } catch {
                guard case .nextRound = error else { throw error }
            }
        }
    }

    private func isKeptOut(_ conditions: [DuckCondition]) -> Bool {
        conditions.contains { $0.keepsOut(engine: engineName, variables: variables) }
    }

    /// `text` with `{name}` and `${name}` replaced.
    func replace(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "{")) else { return text }
        var text = text
        for (name, value) in variables {
            text.replace("${\(name)}", with: value)
            text.replace("{\(name)}", with: value)
        }
        for name in ["__TEST_DIR__", "TEST_DIR"] where text.contains(name) {
            guard let folder = try? testFolder.path() else { continue }
            text.replace("{\(name)}", with: folder)
            text.replace(name, with: folder)
        }
        return text
    }

    private mutating func run(_ record: DuckRecord, _ script: Script) throws(Ending) {
        number += 1
        progress?(record.line, number)
        let words = record.words.map(replace)
        let isMode = words[0] == "mode"
        if isKeptOut(record.conditions) || (isSkipping && !isMode) {
            verdict.skipped += 1
            return
        }
        switch words[0] {
        case "statement":
            verdict.tests += 1
            try runStatement(record, words)
        case "query":
            verdict.tests += 1
            try runQuery(record, words)
        default: try runDirective(words, record, script)
        }
    }

    // MARK: Directives

    private mutating func runDirective(_ words: [String], _ record: DuckRecord, _ script: Script) throws(Ending) {
        let line = record.line
        func unsupported() -> Ending { .unsupported("line \(line): \(words.joined(separator: " ")) is not supported") }
        switch (words[0], words.count) {
        case ("halt", 1): throw .halt(line: line)
        case ("continue", 1): throw .nextRound
        case ("tags", _): break
        case ("hash-threshold", 2):
            guard let threshold = Int(words[1]) else { throw wrong(record, "hash-threshold needs a number") }
            if options.hashThreshold == nil { hashThreshold = threshold }
        case ("mode", 2):
            guard words[1] == "skip" || words[1] == "unskip" else { throw unsupported() }
            isSkipping = words[1] == "skip"
        case ("reset", 3) where words[1] == "label": labels[words[2]] = nil
        case ("require", _):
            guard words.count == 2, Self.met.contains(words[1]) else {
                throw .unsupported("line \(line): \(words.joined(separator: " ")) is not met")
            }
        case ("require-env", 2...3):
            let value = getenv(words[1]).map { String(cString: $0) }
            guard let value, words.count == 2 || value == words[2] else {
                throw .unsupported("line \(line): \(words.joined(separator: " ")) is not met")
            }
            variables[words[1]] = value
        case ("test-env", 2...): variables[words[1]] = getenv(words[1]).map { String(cString: $0) } ?? words.dropFirst(2).joined(separator: " ")
        case ("set", _): try set(words, unsupported())
        case ("sleep", 3):
            guard let units = Int(words[1]), let unit = Self.microseconds[words[2]], units >= 0, units < 1_000_000_000 else {
                throw wrong(record, "sleep needs a number and a unit")
            }
            usleep(UInt32(min(units * unit, Int(UInt32.max))))
        case ("reconnect", 1): try reconnect(record, isNew: false, script)
        case ("restart", 1): try reconnect(record, isNew: true, script)
        case ("load", _), ("unzip", _), ("restart", _): throw unsupported()
        default: throw wrong(record, "unknown record type: '\(words[0])'")
        }
    }

    /// What this runner is like. Extensions are never there.
    private static let met: Set<String> = ["skip_reload", "notwindows", "notmingw", "noforcestorage", "64bit", "nothreadsan"]
    private static let microseconds: [String: Int] = [
        "second": 1_000_000, "seconds": 1_000_000, "sec": 1_000_000, "millisecond": 1000, "milliseconds": 1000, "milli": 1000,
        "microsecond": 1, "microseconds": 1, "micro": 1,
    ]

    private mutating func set(_ words: [String], _ unsupported: Ending) throws(Ending) {
        switch words.dropFirst().first {
        case "ignore_error_messages":
            ignoredErrors = words.dropFirst(2).joined(separator: " ").split(separator: ",").map { Whitespace.trimmed(String($0)) }
        case "always_fail_error_messages", "seed": break
        case "variable" where words.count >= 4: variables[words[2]] = words.dropFirst(3).joined(separator: " ")
        default: throw unsupported
        }
    }

    private mutating func reconnect(_ record: DuckRecord, isNew: Bool, _ script: Script) throws(Ending) {
        do throws(SQLLogicTestError) {
            if isNew { database = try engine.open(file: script.name) }
            // The new one first: memory lives as long as its last connection.
            let connection = try database.connect()
            connections = ["": connection]
        } catch {
            throw wrong(record, error.message)
        }
    }

    func wrong(_ record: DuckRecord, _ message: String) -> Ending { .failed(Failure(kind: .script, line: record.line, message: message)) }

    // MARK: SQL

    mutating func outcome(of sql: String, on name: String, _ record: DuckRecord) throws(Ending) -> StatementOutcome {
        let connection: any EngineConnection
        do throws(SQLLogicTestError) {
            if let known = connections[name] {
                connection = known
            } else {
                connection = try database.connect()
                connections[name] = connection
            }
        } catch {
            throw wrong(record, error.message)
        }
        rows.table.removeAll()
        var text = Array(sql.utf8)
        text.append(0)
        return text.withUnsafeBufferPointer { connection.run(UnsafeBufferPointer(rebasing: $0.dropLast()), into: &rows.table) }
    }

    func ifIgnored(_ error: EngineFailure, _ record: DuckRecord) throws(Ending) {
        if let text = ignoredErrors.first(where: { error.message.contains($0) }) {
            throw .unsupported("line \(record.line): an error with the text \"\(text)\" is ignored: \(error.message)")
        }
    }

    func failure(_ kind: Failure.Kind, _ record: DuckRecord, _ sql: String, _ message: String, expected: String = "", actual: String = "") -> Ending {
        func cut(_ text: String) -> String { Array(text.utf8).withUnsafeBufferPointer { Failure.cut($0) } }
        return .failed(Failure(kind: kind, line: record.line, message: message, sql: cut(sql), expected: cut(expected), actual: cut(actual)))
    }
}
