import Glibc

/// What `slt-worker run FILE…` does: runs scripts and reports on each, in the order in which they were given.
public struct RunCommand: Sendable {
    public var files: [String]
    public var options = RunOptions()
    /// One JSON object a line and file, in place of text.
    public var json = false
    public var isColoured = false
    /// Starts no more files once one has failed.
    public var failFast = false
    /// Where a JUnit report goes.
    public var junit: String?
    /// Writes the results that the engine gives into the scripts.
    public var records = false

    public init(files: [String]) { self.files = files }

    /// What is done with each file.
    public func work(on engine: any Engine) -> FileWork {
        var work = FileWork(engine: engine, options: options)
        work.records = records
        return work
    }

    /// Runs the files on this thread; see ``run(in:output:diagnostics:)``.
    public func run(on engine: any Engine, output: (String) -> Void, diagnostics: (String) -> Void) -> Int32 {
        var pool = OwnThread(work: work(on: engine))
        return run(in: &pool, output: output, diagnostics: diagnostics)
    }

    /// - Parameters:
    ///   - output: takes text for standard output, whole lines.
    ///   - diagnostics: takes text for standard error, whole lines.
    /// - Returns: an exit code: 0 if all passed, 1 if tests failed, 2 if a file could not be run.
    public func run(in pool: inout some FilePool, output: (String) -> Void, diagnostics: (String) -> Void) -> Int32 {
        let clock = ContinuousClock()
        let begin = clock.now
        let began = time(nil)
        var finished: [FileResult] = []
        pool.run(files, failFast: failFast) { result in
            finished.append(result)
            report(result, output, diagnostics)
        }
        if !json, finished.count > 1 || finished.count < files.count {
            output(FileReport(isColoured: isColoured).total(finished, of: files.count, seconds: (clock.now - begin).seconds))
        }
        let code = finished.map(\.exitCode).max() ?? 0
        guard let junit else { return code }
        do throws(SQLLogicTestError) {
            try WholeFile.write(Array(JUnitReport(results: finished, began: began).text.utf8), to: junit)
            return code
        } catch {
            diagnostics("\(error)\n")
            return 2
        }
    }

    private func report(_ result: FileResult, _ output: (String) -> Void, _ diagnostics: (String) -> Void) {
        if let error = result.error { diagnostics(SafeLine.of("\(result.file): \(error)") + "\n") }
        guard let verdict = result.verdict else { return }
        output(json ? FileReport.json(verdict, result) : FileReport(isColoured: isColoured).text(verdict, result))
    }
}
