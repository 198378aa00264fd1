/// What is done with each file of a command.
package struct FileWork: Sendable {
    package var engine: any Engine
    package var options: RunOptions
    /// Writes the results that the engine gives into the scripts.
    package var records = false
    /// The folder that relative names of files start from, when the process has left it.
    package var folder: String?

    /// The file in which a database stays that has no place of its own, and that the database stays at all; nil removes it.
    package var databasePlace: String?
    /// Whose it is then, where the engine notes that.
    package var databaseOwner: String?

    package init(engine: any Engine, options: RunOptions) {
        self.engine = engine
        self.options = options
    }

    /// - Parameter part: what is run of the file; nil is all of it.
    package func result(of file: String, part: ScriptPart? = nil, progress: RecordProgress? = nil) -> FileResult {
        if let part { return result(of: file, onlyIn: part, progress) }
        guard let databasePlace else { return FileResult(file: file) { () throws(SQLLogicTestError) in try verdict(on: file, progress) } }
        let holding = HoldingEngine(engine)
        var work = self
        work.engine = holding
        var result = FileResult(file: file) { () throws(SQLLogicTestError) in try work.verdict(on: file, progress) }
        do throws(SQLLogicTestError) {
            if result.verdict != nil { result.database = try holding.held.keep(at: databasePlace, owner: databaseOwner) }
        } catch {
            result.databaseProblem = error.message
        }
        return result
    }

    private func result(of file: String, onlyIn part: ScriptPart, _ progress: RecordProgress?) -> FileResult {
        var report: PartReport?
        var result = FileResult(file: file) { () throws(SQLLogicTestError) in
            _ = engine.consumeLoss()
            let (verdict, found) = try FileRunner(options: options).run(Script(path: path(of: file)), part: part, on: engine, progress: progress)
            if verdict.errors > 0, engine.consumeLoss() { try engine.check(afterLoss: true) }
            report = found
            return verdict
        }
        result.part = report
        return result
    }

    /// Where a file is, whatever folder the process is in.
    package func path(of file: String) -> String {
        file.utf8.first == UInt8(ascii: "/") ? file : folder.map { "\($0)/\(file)" } ?? file
    }

    private func verdict(on file: String, _ progress: RecordProgress?) throws(SQLLogicTestError) -> FileVerdict {
        if let program = ((engine as? ObservedEngine)?.base ?? engine) as? any FileEngine { return try program.verdict(on: path(of: file)) }
        let script = try Script(path: path(of: file))
        let runner = FileRunner(options: options)
        guard records else {
            _ = engine.consumeLoss()
            let verdict = try runner.run(script, on: engine, progress: progress)
            // Where the server has gone, failures say nothing about the script.
            if verdict.errors > 0, engine.consumeLoss() { try engine.check(afterLoss: true) }
            return verdict
        }
        let recorded = try runner.record(script, on: engine, progress: progress)
        for change in recorded.changes { try WholeFile.write(change.bytes, to: change.path) }
        return recorded.verdict
    }
}
