/// The run of one script in DuckDB's dialect (`sqllogic_test_runner.cpp`). A directive that is not supported ends it; the verdict
/// names the directive, and is no pass.
struct DuckRun {
    let engine: any Engine
    let options: RunOptions
    private let engineName: String
    let requirements: DuckRequirements
    var progress: RecordProgress?
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
    /// An error with one of these texts says that something outside is missing: it ends the file as unsupported.
    var ignoredErrors = ["HTTP", "Unable to connect"]
    /// Errors with one of these texts are never expected.
    var unexpectableErrors = ["differs from original result!", "INTERNAL"]
    /// The variables of the loops that this is in, outermost first.
    var loopNames: [String] = []
    /// Of the record that began last.
    private(set) var number = 0
    /// The line of that record in the script that was asked for.
    var lastLine = 0

    /// Why what follows a record does not run.
    enum Ending: Error {
        case failed(ScriptFailure)
        /// The same, and the database has gone with a record that was ended.
        case lost(ScriptFailure)
        /// The file ends here for this reason, and has not failed.
        case unsupported(String)
        case halt(line: Int)
        case nextRound
    }

    init(engine: any Engine, file: String, options: RunOptions, progress: RecordProgress?) throws(SQLLogicTestError) {
        self.engine = engine
        self.options = options
        self.progress = progress
        self.file = file
        engineName = options.engineName ?? "duckdb"
        requirements = DuckRequirements(labels: options.labels)
        database = try engine.makeDatabase(for: file)
        testFolder = TestFolder()
        for (name, value) in surroundings() { variables[name] = value }
    }

    mutating func runAll(_ script: Script) {
        do throws(DuckParser.Problem) {
            finish(try DuckParser.parse(script, workingDirectory: options.workingDirectory, within: ownFolder))
        } catch {
            verdict.add(DuckPlace(line: error.line, file: error.file, mainLine: 0).failure(.script, error.message), keeping: options.failureLimit)
            verdict.stopReason = .badRecord
            verdict.stoppedAt = 0
        }
    }

    /// Where files of the script must lie; nil if anywhere.
    var ownFolder: ScriptFolder? { options.allowsSystem ? nil : ScriptFolder(of: file) }

    private mutating func finish(_ nodes: [DuckNode]) {
        do throws(Ending) {
            try run(nodes)
        } catch {
            switch error {
            case .failed(let failure):
                verdict.add(identified(failure, in: nodes), keeping: options.failureLimit)
                verdict.stopReason = .firstError
                verdict.stoppedAt = lastLine
            case .lost(let failure):
                verdict.add(identified(failure, in: nodes), keeping: options.failureLimit)
                verdict.stopReason = .timeout
                verdict.stoppedAt = lastLine
            case .unsupported(let reason):
                verdict.skipped += 1
                verdict.skipReason = reason
                verdict.stopReason = .unsupported
                verdict.stoppedAt = lastLine
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
        // Its records are counted once, not once a round; a `mode unskip` may be among them.
        if skipLevel > 0 { return try run(loop.body) }
        if try isKeptOut(loop.conditions, loop.place) {
            verdict.skipped += 1
            return
        }
        if let reason = loop.unsupported { throw .unsupported("\(loop.place.shown): \(reason)") }
        if loop.isConcurrent { return try runConcurrently(loop) }
        let outer = variables
        loopNames += loop.names
        defer {
            for name in loop.names { variables[name] = outer[name] }
            loopNames.removeLast(loop.names.count)
        }
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

    private func isKeptOut(_ conditions: [DuckCondition], _ place: DuckPlace) throws(Ending) -> Bool {
        guard !conditions.isEmpty else { return false }
        var loop: [String: String] = [:]
        for name in loopNames { loop[name] = variables[name] }
        do throws(DuckCondition.Invalid) {
            for condition in conditions where try condition.keepsOut(engine: engineName, loop: loop) { return true }
            return false
        } catch {
            throw .failed(place.failure(.script, error.message))
        }
    }

    private mutating func run(_ record: DuckRecord) throws(Ending) {
        number += 1
        lastLine = record.place.mainLine
        progress?(record.place.mainLine, number)
        let words = record.words.map(replace)
        var isOut = skipLevel > 0 && words[0] != "mode"
        if !isOut { isOut = try isKeptOut(record.conditions, record.place) }
        if isOut {
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
}
