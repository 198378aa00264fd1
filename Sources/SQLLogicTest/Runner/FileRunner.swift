/// Runs scripts.
public struct FileRunner: Sendable {
    /// Called before each record with the line of its header and its number in the file, from 1. It must be cheap.
    public typealias Progress = (_ line: Int, _ record: Int) -> Void

    public var options: RunOptions

    public init(options: RunOptions = RunOptions()) { self.options = options }

    /// Runs the file at `path` on a fresh database of `engine`.
    /// - Throws: if the file cannot be read or the database not be opened; a failing test is in the verdict.
    public func run(path: String, on engine: some Engine, progress: Progress? = nil) throws(SQLLogicTestError) -> FileVerdict {
        try run(Script(path: path), on: engine, progress: progress)
    }

    public func run(_ script: Script, on engine: some Engine, progress: Progress? = nil) throws(SQLLogicTestError) -> FileVerdict {
        try perform(script, on: engine, progress: progress).verdict
    }

    /// Runs `script` and says what the scripts, it and those it includes, are to become for all queries to hold.
    public func record(_ script: Script, on engine: some Engine, progress: Progress? = nil) throws(SQLLogicTestError) -> RecordedRun {
        var recording = self
        recording.options.records = true
        let (verdict, edits) = try recording.perform(script, on: engine, progress: progress)
        return RecordedRun(verdict: verdict, changes: edits.results().map { .init(path: $0.script.name, bytes: $0.bytes) })
    }

    private func perform(_ script: Script, on engine: some Engine, progress: Progress?) throws(SQLLogicTestError) -> (verdict: FileVerdict, edits: ResultEdits) {
        switch options.dialect {
        case .sqlite:
            let database = try engine.open(file: script.name)
            var run = ScriptRun(script, connection: try database.connectAlone(), engineName: options.engineName ?? engine.name,
                                options: options, progress: progress)
            run.runAll()
            return (run.verdict, run.edits)
        case .rs:
            let database = try engine.open(file: script.name)
            var run = RSRun(database: database, engineName: engine.label, options: options, progress: progress)
            try run.runAll(script)
            return (run.verdict, run.edits)
        case .duckdb:
            var run = try DuckRun(engine: engine, file: script.name, options: options, progress: progress)
            run.runAll(script)
            return (run.verdict, ResultEdits())
        }
    }
}
