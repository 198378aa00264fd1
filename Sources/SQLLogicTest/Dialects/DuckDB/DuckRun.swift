import Glibc

/// The run of one script in DuckDB's dialect. What is not supported ends the run as a skip that names the directive; it
/// is never a pass.
struct DuckRun {
    let engine: any Engine
    let options: RunOptions
    private let engineName: String
    let requirements: DuckRequirements
    var progress: FileRunner.Progress?
    /// The path of the script that was asked for.
    let file: String
    var database: any EngineDatabase
    /// Where the database is when the script has said so; see `load`.
    var databasePath: String?
    var isReadOnly = false
    var connections: [String: any EngineConnection] = [:]
    /// Whether this is a round of a concurrent loop.
    var isRound = false

    var verdict = FileVerdict()
    var labels: [String: [UInt8]] = [:]
    var rows = ResultTable.boxed()
    /// What the engine said while the last SQL ran.
    var notices: [String] = []
    /// The types of the columns it gave, where the engine says them.
    var columnTypes: [String] = []
    let testFolder: TestFolder
    /// Loop variables and those of `test-env` and `set variable`.
    var variables: [String: String] = [:]
    /// How many `mode skip` wait for their `mode unskip`.
    var skipLevel = 0
    /// Errors with one of these texts end the file as a skip.
    var ignoredErrors = ["HTTP", "Unable to connect"]
    /// Of the record that began last.
    private(set) var number = 0

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
        self.file = file
        engineName = options.engineName ?? "duckdb"
        requirements = DuckRequirements(labels: options.labels)
        database = try engine.open(file: file)
        testFolder = TestFolder()
        for (name, value) in surroundings() { variables[name] = value }
    }

    mutating func runAll(_ script: Script) {
        do throws(DuckParser.Problem) {
            finish(try DuckParser.parse(script, workingDirectory: options.workingDirectory))
        } catch {
            verdict.note(DuckPlace(line: error.line, file: error.file, mainLine: 0).failure(.script, error.message), limit: options.failureLimit)
            verdict.stopReason = .badRecord
        }
    }

    private mutating func finish(_ nodes: [DuckNode]) {
        do throws(Ending) {
            try run(nodes)
        } catch {
            switch error {
            case .failed(let failure):
                verdict.note(failure, limit: options.failureLimit)
                verdict.stopReason = .firstError
            case .unsupported(let reason):
                verdict.skipped += 1
                verdict.skipReason = reason
                verdict.stopReason = .unsupported
            case .halt(let line):
                verdict.haltLine = line
                verdict.stopReason = .halt
            case .nextRound: break
            }
        }
    }

    // MARK: Nodes

    mutating func run(_ nodes: [DuckNode]) throws(Ending) {
        for node in nodes {
            switch node {
            case .record(let record): try run(record)
            case .loop(let loop): try run(loop)
            }
        }
    }

    private mutating func run(_ loop: DuckLoop) throws(Ending) {
        // Its records are counted once, and one of them may end the skipping.
        if skipLevel > 0 { return try run(loop.body) }
        if isKeptOut(loop.conditions) {
            verdict.skipped += 1
            return
        }
        if let reason = loop.unsupported { throw .unsupported("\(loop.place.shown): \(reason)") }
        if loop.isConcurrent { return try runConcurrently(loop) }
        let outer = variables
        defer { for name in loop.names { variables[name] = outer[name] } }
        for round in loop.rounds {
            bind(loop.names, loop.values(inRound: round))
            do throws(Ending) {
                try run(loop.body)
            } catch {
                guard case .nextRound = error else { throw error }
            }
        }
    }

    mutating func bind(_ names: [String], _ values: [String]) {
        for (name, value) in zip(names, values) { variables[name] = replace(value) }
    }

    private func isKeptOut(_ conditions: [DuckCondition]) -> Bool {
        conditions.contains { $0.keepsOut(engine: engineName, variables: variables) }
    }

    private mutating func run(_ record: DuckRecord) throws(Ending) {
        number += 1
        progress?(record.place.mainLine, number)
        let words = record.words.map(replace)
        if isKeptOut(record.conditions) || (skipLevel > 0 && words[0] != "mode") {
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
        default: try runDirective(words, record)
        }
    }

    // MARK: Variables

    /// What DuckDB's runner says of itself and of the file.
    private func surroundings() -> [(String, String)] {
        let folder = options.workingDirectory ?? "."
        let identity = String(decoding: file.utf8.map { byte -> UInt8 in
            let isPlain = (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || byte == UInt8(ascii: "-")
            return isPlain ? byte : UInt8(ascii: "_")
        }, as: UTF8.self)
        return [
            ("TEST_NAME", file), ("TEST_NAME__NO_SLASH", file.replacing("/", with: "_")), ("TEST_ID", identity),
            ("WORKING_DIR", folder), ("WORKING_DIRECTORY", folder), ("DATA_DIR", "\(folder)/data"), ("LOCAL_DATA_DIR", "\(folder)/data"),
        ]
    }

    private static let folderNames = ["TEST_DIR", "TEMP_DIR", "TEMP_DIR_ABSOLUTE", "LOCAL_TEMP_DIR"]

    /// `text` with `{name}` and `${name}` replaced.
    @inline(never)
    func replace(_ text: String) -> String {
        var text = text
        if text.utf8.contains(UInt8(ascii: "{")) {
            for (name, value) in variables where text.contains("{\(name)}") {
                text.replace("${\(name)}", with: value)
                text.replace("{\(name)}", with: value)
            }
            for name in Self.folderNames where text.contains("{\(name)}") {
                if let folder = try? testFolder.path() { text.replace("{\(name)}", with: folder) }
            }
        }
        if text.contains("__TEST_DIR__"), let folder = try? testFolder.path() { text.replace("__TEST_DIR__", with: folder) }
        return text
    }

    // MARK: Failures

    @inline(never)
    func wrong(_ record: DuckRecord, _ message: String) -> Ending { .failed(record.place.failure(.script, message)) }

    @inline(never)
    func failure(_ kind: Failure.Kind, _ record: DuckRecord, _ sql: String, _ message: String, expected: String = "", actual: String = "") -> Ending {
        func cut(_ text: String) -> String { Array(text.utf8).withUnsafeBufferPointer { Failure.cut($0) } }
        var failure = record.place.failure(kind, message).with(notices)
        (failure.sql, failure.expected, failure.actual) = (cut(sql), cut(expected), cut(actual))
        return .failed(failure)
    }
}
