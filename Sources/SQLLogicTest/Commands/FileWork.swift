/// What is done with each file of a command.
public struct FileWork: Sendable {
    public var engine: any Engine
    public var options: RunOptions
    /// Writes the results that the engine gives into the scripts.
    public var records = false
    /// The folder that relative names of files start from, when the process has left it.
    public var folder: String?

    public init(engine: any Engine, options: RunOptions) {
        self.engine = engine
        self.options = options
    }

    public func result(of file: String, progress: FileRunner.Progress? = nil) -> FileResult {
        FileResult(file: file) { () throws(SQLLogicTestError) in try verdict(on: file, progress) }
    }

    private func verdict(on file: String, _ progress: FileRunner.Progress?) throws(SQLLogicTestError) -> FileVerdict {
        let path = file.utf8.first == UInt8(ascii: "/") ? file : folder.map { "\($0)/\(file)" } ?? file
        let script = try Script(path: path)
        let runner = FileRunner(options: options)
        guard records else { return try runner.run(script, on: engine, progress: progress) }
        let recorded = try runner.record(script, on: engine, progress: progress)
        for change in recorded.changes { try WholeFile.write(change.bytes, to: change.path) }
        return recorded.verdict
    }
}
