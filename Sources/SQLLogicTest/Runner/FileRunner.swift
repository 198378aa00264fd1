/// Runs scripts.
///
/// A runner is a value without state: it may be used for any number of scripts, also at the same time. Each script gets a database
/// of its own, and runs on the thread that asks for it.
public struct FileRunner: Sendable {
    /// How scripts are run.
    public var options: RunOptions

    /// - Parameter options: how scripts are run.
    public init(options: RunOptions = RunOptions()) { self.options = options }

    /// Runs the script in a file on a fresh database.
    /// - Parameters:
    ///   - path: of the file.
    ///   - engine: makes the database.
    ///   - progress: called before each record.
    /// - Returns: what was found; a test that fails is in the verdict and no error.
    /// - Throws: ``SQLLogicTestError/Code/unreadable`` if the file cannot be read, ``SQLLogicTestError/Code/engine`` if there is no
    ///   database to be had.
    public func run(path: String, on engine: some Engine, progress: RecordProgress? = nil) throws(SQLLogicTestError) -> FileVerdict {
        try run(Script(path: path), on: engine, progress: progress)
    }

    /// Runs a script on a fresh database.
    /// - Parameters:
    ///   - script: what is run.
    ///   - engine: makes the database.
    ///   - progress: called before each record.
    /// - Returns: what was found; a test that fails is in the verdict and no error.
    /// - Throws: ``SQLLogicTestError/Code/engine`` if there is no database to be had.
    public func run(_ script: Script, on engine: some Engine, progress: RecordProgress? = nil) throws(SQLLogicTestError) -> FileVerdict {
        try perform(script, on: engine, progress: progress).verdict
    }

    /// Runs a part of a script in ``Dialect/sqlite`` or ``Dialect/rs`` on a fresh database of its own.
    /// - Returns: what was found in the part's records, and what ``PartMerge`` needs besides.
    /// - Throws: ``SQLLogicTestError/Code/engine`` if there is no database to be had.
    package func run(_ script: Script, part: ScriptPart, on engine: some Engine,
                     progress: RecordProgress? = nil) throws(SQLLogicTestError) -> (verdict: FileVerdict, report: PartReport) {
        var found = (verdict: FileVerdict(), report: PartReport())
        let blocks = BlockRun(blocks: part.blocks, turn: { $0 == part.index ? .own : $0 < part.index ? .others : .over }, deliver: { found = ($1, $2) })
        try run(script, blocks, on: engine, progress: progress)
        return found
    }

    /// Runs some blocks of a script in ``Dialect/sqlite`` or ``Dialect/rs`` on a fresh database.
    /// - Throws: ``SQLLogicTestError/Code/engine`` if there is no database to be had.
    package func run(_ script: Script, _ blocks: BlockRun, on engine: some Engine, progress: RecordProgress? = nil) throws(SQLLogicTestError) {
        let database = try engine.makeDatabase(for: script.name)
        if options.dialect == .rs {
            var run = RSRun(database: database, engineName: engine.label, options: options, progress: progress)
            return try run.run(script, blocks)
        }
        var run = SQLiteRun(script, connection: try database.connectExclusively(), engineName: options.engineName ?? engine.name,
                            options: options, progress: progress, blocks: blocks)
        run.runAll()
    }

    /// Runs a script and puts the results that the engine gives in the place of those that it has, in memory. Nothing is written.
    ///
    /// DuckDB's dialect does not record: its scripts do not change.
    /// - Parameters:
    ///   - script: what is run.
    ///   - engine: makes the database.
    ///   - progress: called before each record.
    /// - Returns: the scripts that change, `script` and those that it includes, with their new bytes.
    /// - Throws: ``SQLLogicTestError/Code/engine`` if there is no database to be had.
    public func record(_ script: Script, on engine: some Engine, progress: RecordProgress? = nil) throws(SQLLogicTestError) -> RecordedRun {
        var recording = self
        recording.options.records = true
        let (verdict, edits) = try recording.perform(script, on: engine, progress: progress)
        return RecordedRun(verdict: verdict, changes: edits.results().map { .init(path: $0.script.name, bytes: $0.bytes) })
    }

    private func perform(_ script: Script, on engine: some Engine, progress: RecordProgress?) throws(SQLLogicTestError) -> (verdict: FileVerdict, edits: ResultEdits) {
        let engine: any Engine = if let limit = options.recordLimit { LimitedEngine(engine, limit) } else { engine }
        var (verdict, edits) = try runAll(script, on: engine, progress: progress)
        verdict.markIfEmpty()
        return (verdict, edits)
    }

    private func runAll(_ script: Script, on engine: some Engine, progress: RecordProgress?) throws(SQLLogicTestError) -> (verdict: FileVerdict, edits: ResultEdits) {
        switch options.dialect {
        case .sqlite:
            let database = try engine.makeDatabase(for: script.name)
            var run = SQLiteRun(script, connection: try database.connectExclusively(), engineName: options.engineName ?? engine.name,
                                options: options, progress: progress)
            run.runAll()
            return (run.verdict, run.edits)
        case .rs:
            let database = try engine.makeDatabase(for: script.name)
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
