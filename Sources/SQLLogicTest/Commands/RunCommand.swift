/// What `slt-worker run FILE…` does: runs scripts and reports on each, in the order in which they were given.
public struct RunCommand: Sendable {
    public var files: [String]
    public var options = RunOptions()
    /// One JSON object a line and file, in place of text.
    public var json = false
    public var isColoured = false
    /// How many files run at once, each on a thread.
    public var jobs = 1
    /// Starts no more files once one has failed.
    public var failFast = false
    /// Where a JUnit report goes.
    public var junit: String?
    /// Writes the results that the engine gives into the scripts.
    public var records = false

    public init(files: [String]) { self.files = files }

    /// - Parameters:
    ///   - output: takes text for standard output, whole lines.
    ///   - diagnostics: takes text for standard error, whole lines.
    /// - Returns: an exit code: 0 if all passed, 1 if tests failed, 2 if a file could not be run.
    public func run(on engine: any Engine, output: (String) -> Void, diagnostics: (String) -> Void) -> Int32 {
        let clock = ContinuousClock()
        let begin = clock.now
        let results = FileResults(count: files.count)
        let workers = WorkerThreads.start(min(max(jobs, 1), files.count)) {
            while let index = results.take() {
                let result = FileResult(file: files[index], clock) { () throws(SQLLogicTestError) in try perform(files[index], engine) }
                results.set(index, result)
                if failFast, !result.passed { results.takeNoMore() }
            }
        }
        var finished: [FileResult] = []
        for index in files.indices {
            guard let result = results.wait(for: index) else { continue }
            finished.append(result)
            report(result, output, diagnostics)
        }
        workers.join()
        if !json, finished.count > 1 || finished.count < files.count {
            output(FileReport(isColoured: isColoured).total(finished, of: files.count, elapsed: clock.now - begin))
        }
        let code = finished.map(\.exitCode).max() ?? 0
        guard let junit else { return code }
        do throws(SQLLogicTestError) {
            try WholeFile.write(Array(JUnitReport.text(finished).utf8), to: junit)
            return code
        } catch {
            diagnostics("\(error)\n")
            return 2
        }
    }

    private func perform(_ file: String, _ engine: any Engine) throws(SQLLogicTestError) -> FileVerdict {
        let runner = FileRunner(options: options)
        guard records else { return try runner.run(path: file, on: engine) }
        let recorded = try runner.record(Script(path: file), on: engine)
        for change in recorded.changes { try WholeFile.write(change.bytes, to: change.path) }
        return recorded.verdict
    }

    private func report(_ result: FileResult, _ output: (String) -> Void, _ diagnostics: (String) -> Void) {
        switch result.end {
        case .failure(let error): diagnostics("\(result.file): \(error)\n")
        case .success(let verdict):
            output(json ? FileReport.json(verdict, result) : FileReport(isColoured: isColoured).text(verdict, result))
        }
    }
}
