/// The run of one script in DuckDB's dialect.
struct DuckRun {
    var verdict = FileVerdict()
    var edits = ResultEdits()
    init(database: any EngineDatabase, engineName: String, options: RunOptions, progress: FileRunner.Progress?) {}
    mutating func runAll(_ script: Script) throws(SQLLogicTestError) {}
}
