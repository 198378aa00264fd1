import AgentProtocol
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
        /// Where the failure is not there each time.
        var flaky: Flakiness?
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
        /// What it is the result of, and what became of an earlier one.
        var origin: ReductionOrigin
        var resumption: String?
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
    /// Bytes of the machine's memory that remain; nil is what runs leave free.
    var memoryFloor: Int?
    /// Whether scripts may reach for what is outside of their database.
    var allowsSystem = true
    /// How the whole file is run, where it is run as a file.
    var options = RunOptions()
    /// See ``ReferenceChoice/witness``.
    var witness: SQLiteEngine?
    var witnessName: String? { witness.map { "SQLite \($0.version)" } }
    /// What the engine is, and who says what is right: another one begins anew.
    var engineIdentity = ""
    /// What an earlier reduction has left.
    var resumed: ReducedFile?
    /// When the work began, in nanoseconds of the monotonic clock.
    let began = Clock.monotonic
    /// Takes the smallest candidate, and how many were judged.
    var onProgress: (ReductionCandidate, Int) -> Void = { _, _ in }

    /// Takes what there is, each time that a record could go.
    var onBest: (Result) -> Void = { _ in }

    /// Whether tries are whole files: of an engine that runs files itself, and of a dialect whose records mean nothing alone.
    var runsFiles: Bool { engine is any FileEngine || options.dialect != .sqlite }

    /// What an earlier one began with, if this one begins with the same.
    /// - Parameter digest: the file's.
    func known(_ digest: String) -> ReductionOrigin? { resumed?.origin.flatMap { $0.file == digest && $0.engine == engineIdentity ? $0 : nil } }

    /// - Throws: `SQLLogicTestError` `usage` if nothing fails, or nothing can be reduced.
    func run() throws(SQLLogicTestError) -> Result {
        if runsFiles { return try FileReduction(self).run() }
        let digest = FileDigest.of(script.bytes)
        var known = known(digest)
        let target = if let line = line ?? known?.line { line } else { try firstFailure() }
        let reading = try ReductionReading(script, line: target, engine: engineName)
        if known?.line != reading.candidate.records.last?.line { known = nil }
        var work = ReductionWork(reading: reading, digest: digest)
        let start: Baseline.Start
        do throws(SQLLogicTestError) {
            start = try begin(&work, known)
        } catch {
            // What labels have in common shows in the whole file only.
            guard error.code == .usage, ScriptBlocks(script, dialect: .sqlite).hasLabel(at: target), let result = try? FileReduction(self).run() else { throw error }
            return result
        }
        // An earlier one has come to its end.
        if work.isResumed, resumed?.isMinimal == true { return result(start.candidate, 0, isMinimal: true, start, work) }
        let progress = onProgress
        var last = start.candidate, lastTold: UInt64 = 0
        onBest(result(last, 0, isMinimal: false, start, work))
        var reducer = Reducer(start.candidate, judge: start.pool, changesSQL: start.changesSQL) { candidate, tries in
            progress(candidate, tries)
            guard candidate != last, lastTold == 0 || Clock.seconds(since: lastTold) > 0.5 else { return }
            (last, lastTold) = (candidate, Clock.monotonic)
            onBest(result(candidate, tries, isMinimal: false, start, work))
        }
        reducer.run()
        if let obstacle = reducer.judge.obstacle, reducer.best == start.candidate { throw SQLLogicTestError(.engine, obstacle) }
        return result(reducer.best, reducer.tries, isMinimal: reducer.isMinimal, start, work)
    }

    /// Where it begins: with what an earlier one has left, if that still fails in the same way.
    private func begin(_ work: inout ReductionWork, _ known: ReductionOrigin?) throws(SQLLogicTestError) -> Baseline.Start {
        let errors = ErrorClass(work.reading.candidate.records)
        guard let resumed else { return try Baseline(self, work.reading).found() }
        guard let known else {
            work.resumption = Resumption.anew(Resumption.changed)
            return try Baseline(self, work.reading).found()
        }
        if var left = try? ReductionReading(Script(resumed.scriptBytes), line: nil, engine: engineName) {
            left.candidate.records[left.candidate.records.count - 1].line = known.line
            if let start = try? Baseline(self, left, errors: errors).found(), ReductionWork.words(of: start.question.signature) == known.signature {
                (work.isResumed, work.resumption) = (true, resumed.isMinimal ? Resumption.done : Resumption.went(from: left.candidate.records.count))
                return start
            }
        }
        work.resumption = Resumption.anew(Resumption.passes)
        return try Baseline(self, work.reading).found()
    }

    private func result(_ candidate: ReductionCandidate, _ tries: Int, isMinimal: Bool, _ start: Baseline.Start, _ work: ReductionWork) -> Result {
        let line = work.reading.candidate.records.last?.line ?? 1
        return Result(candidate: candidate, signature: start.question.signature, expected: start.usesReference ? rightOutcome(of: candidate) : work.reading.expected,
                      reference: start.usesReference ? referenceName : nil, isMinimal: isMinimal, tries: tries, seconds: Clock.seconds(since: began), flaky: start.flaky.map { Flakiness(whole: $0) },
                      isUnordered: start.question.allowsUnordered, total: work.reading.total, line: line,
                      origin: ReductionOrigin(file: work.digest, line: line, engine: engineIdentity, signature: ReductionWork.words(of: start.question.signature)), resumption: work.resumption)
    }

    /// What the reference says about the last record of a candidate.
    private func rightOutcome(of candidate: ReductionCandidate) -> RecordOutcome? {
        guard let reference, var pool = try? TrialPool(TrialEngines(engine: reference, reference: nil), width: 1, memory: memory) else { return nil }
        pool.limit = timeout
        pool.allowsSystem = allowsSystem
        return pool.inspect(candidate).end?.engine
    }

    /// The line of the first record that does not hold.
    func firstFailure() throws(SQLLogicTestError) -> Int {
        var options = RunOptions()
        options.haltOnError = true
        options.recordLimit = self.options.recordLimit
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
