import Glibc
import Platform

/// Runs scripts and reports on each, in the order in which they were given.
package struct RunCommand: Sendable {
    package var files: [String]
    package var options = RunOptions()
    /// Reports one JSON object a file, each on a line, instead of text.
    package var json = false
    package var isColoured = false
    /// Starts no more files once one has failed.
    package var failFast = false
    /// Where a JUnit report goes.
    package var junit: String?
    /// Writes the results that the engine gives into the scripts.
    package var records = false

    package init(files: [String]) { self.files = files }

    /// What is done with each file.
    package func work(on engine: any Engine) -> FileWork {
        var work = FileWork(engine: engine, options: options)
        work.records = records
        return work
    }

    /// Runs the files on this thread; see ``run(in:output:diagnostics:)``.
    package func run(on engine: any Engine, output: (String) -> Void, diagnostics: (String) -> Void) -> Int32 {
        var pool = OwnThread(work: work(on: engine))
        return run(in: &pool, output: output, diagnostics: diagnostics)
    }

    /// - Parameters:
    ///   - output: takes text for standard output, whole lines.
    ///   - diagnostics: takes text for standard error, whole lines.
    /// - Returns: an exit code: 0 if no test failed, 1 if some did, 2 if a file could not be run, 6 if the engine could not be used.
    package func run(in pool: inout some FilePool, output: (String) -> Void, diagnostics: (String) -> Void) -> Int32 {
        let begin = Clock.monotonic
        let began = time(nil)
        var finished: [FileResult] = []
        pool.run(files, failFast: failFast) { result in
            let result = result.shown
            // An engine that cannot be used is reported once, not once a file.
            let isKnown = result.isWithoutEngine && finished.contains { $0.isWithoutEngine }
            finished.append(result)
            if !isKnown { report(result, output, diagnostics) }
        }
        if !json, finished.count > 1 || finished.count < files.count {
            output(FileReport(isColoured: isColoured).total(finished, of: files.count, seconds: Clock.seconds(since: begin)))
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
