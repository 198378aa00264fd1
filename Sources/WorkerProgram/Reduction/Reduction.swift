import Fleet
import FoundationEssentials
import Glibc
import Platform
import SQLLogicTest

/// Makes a failing file smaller: finds out in what way it fails, leaves out what is not needed for that, and says what is left.
struct Reduction {
    /// What has come of it.
    struct Result {
        /// It fails in the same way.
        var candidate: ReductionCandidate
        var signature: FailureSignature
        /// What is right for its last record.
        var expected: RecordOutcome?
        /// Who says so; nil where only the file does.
        var reference: String?
        /// Whether nothing more can go.
        var isMinimal: Bool
        var tries: Int
        var seconds: Double
        /// Where the failure is not there each time: in what share of the runs it was, and how sure it is that what was left out was not needed.
        var flaky: (rate: Double, confidence: Double)?
        /// Whether the right answer hangs on the order in which rows are read.
        var isUnordered: Bool
        /// Who agrees with the file's own result, where that was asked for.
        var witness: String?
        /// Whether a program still prints the same lines about what is wrong.
        var saysSame = false
        /// Records of the whole file.
        var total: Int
        /// The line of the record that fails, in the whole file.
        var line: Int
    }

    let script: Script
    /// Nil finds the first record that fails.
    let line: Int?
    let engine: any Engine
    let engineName: String
    /// What people call it, where that is more: the file of its library.
    var engineTitle: String?
    let reference: (any Engine)?
    /// As it is told: `SQLite 3.40.1`.
    let referenceName: String
    /// Where relative paths start.
    var folder: String?
    /// Seconds of the whole; nil without a limit.
    var budget: Double?
    /// Seconds that a candidate may take until more is known.
    var timeout = 60.0
    var width = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    var memory: Int?
    /// Whether scripts may reach for what is outside of their database.
    var allowsSystem = true
    /// How the whole file is run, where it is run as a file.
    var options = RunOptions()
    /// Agrees with a file's own results as long as they are right, where a program that runs files does not say what it got; and how it is told.
    var witness: (any Engine)?
    var witnessName = ""
    /// When the work began, in nanoseconds of the monotonic clock.
    let began = Clock.monotonic
    /// Takes the smallest candidate, and how many were judged.
    var onProgress: (ReductionCandidate, Int) -> Void = { _, _ in }

    /// Takes what there is, each time that a record could go.
    var onBest: (Result) -> Void = { _ in }

    /// Whether tries are whole files: of an engine that runs files itself, and of a dialect whose records mean nothing alone.
    var runsFiles: Bool { engine is any FileEngine || options.dialect != .sqlite }

    /// - Throws: `SQLLogicTestError` `usage` if nothing fails, or nothing can be reduced.
    func run() throws(SQLLogicTestError) -> Result {
        if runsFiles { return try FileReduction(self).run() }
        let target = if let line { line } else { try firstFailure() }
        let reading = try ReductionReading(script, line: target, engine: engineName)
        let state: Baseline.Start
        do throws(SQLLogicTestError) {
            state = try Baseline(self, reading).found()
        } catch {
            // What labels have in common shows in the whole file only.
            guard error.code == .usage, ScriptBlocks(script, dialect: .sqlite).hasLabel(at: target), let result = try? FileReduction(self).run() else { throw error }
            return result
        }
        let (start, progress) = (state, onProgress)
        var last = start.candidate, lastTold = Clock.monotonic
        var reducer = Reducer(state.candidate, judge: state.pool, changesSQL: state.changesSQL) { candidate, tries in
            progress(candidate, tries)
            guard candidate != last, Clock.seconds(since: lastTold) > 0.5 else { return }
            (last, lastTold) = (candidate, Clock.monotonic)
            onBest(result(candidate, tries, isMinimal: false, start, reading, since: began))
        }
        reducer.run()
        if let obstacle = reducer.judge.obstacle, reducer.best == start.candidate { throw SQLLogicTestError(.engine, obstacle) }
        return result(reducer.best, reducer.tries, isMinimal: reducer.isMinimal, start, reading, since: began)
    }

    private func result(_ candidate: ReductionCandidate, _ tries: Int, isMinimal: Bool, _ start: Baseline.Start, _ reading: ReductionReading, since began: UInt64) -> Result {
        Result(candidate: candidate, signature: start.question.signature, expected: start.usesReference ? rightOutcome(of: candidate) : reading.expected,
               reference: start.usesReference ? referenceName : nil, isMinimal: isMinimal, tries: tries, seconds: Clock.seconds(since: began), flaky: start.flaky,
               isUnordered: start.question.allowsUnordered, total: reading.total, line: reading.candidate.records.last?.line ?? 1)
    }

    /// What the reference says about the last record of a candidate.
    private func rightOutcome(of candidate: ReductionCandidate) -> RecordOutcome? {
        guard let reference, var pool = try? TrialPool(TrialEngines(engine: reference, reference: nil), width: 1, memory: memory) else { return nil }
        pool.limit = timeout
        pool.allowsSystem = allowsSystem
        return pool.inspect(candidate).end?.engine
    }

    /// The line of the first record that does not hold.
    private func firstFailure() throws(SQLLogicTestError) -> Int {
        var options = RunOptions()
        options.haltOnError = true
        options.allowsSystem = allowsSystem
        options.engineName = engineName
        options.failureLimit = 1
        var work = FileWork(engine: engine, options: options)
        work.folder = folder
        var pool = try LocalPool(work, jobs: 1)
        pool.fileTimeout = timeout
        pool.memory = memory
        pool.isInProcess = engine is SQLiteEngine
        var found: FileResult?
        pool.run([script.name], failFast: true) { found = $0 }
        if let error = found?.error { throw error }
        guard let failure = found?.verdict?.failures.first else {
            throw SQLLogicTestError(.usage, "cannot reduce \(script.name): it passes on this engine; name the line of a record that fails now and then, or run it with the engine that it fails on")
        }
        return failure.recordLine ?? failure.line
    }
}
