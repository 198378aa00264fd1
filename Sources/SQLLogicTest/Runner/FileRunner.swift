/// Runs scripts of the original dialect.
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
        var run = ScriptRun(script, connection: try engine.connect(), engineName: options.engineName ?? engine.name,
                            options: options, progress: progress)
        run.runAll()
        return run.verdict
    }
}
