import Glibc
import Platform
import SQLLogicTest

/// The first look: in what way a record fails, who knows what is right, and which records before it do nothing for that.
struct Baseline {
    /// Where the reduction starts.
    struct Start {
        var candidate: ReductionCandidate
        var pool: TrialPool
        let question: TrialQuestion
        var usesReference: Bool
        /// Whether the SQL may be changed as well.
        var changesSQL: Bool
        /// In what share of its runs the whole file fails, where that is not each one.
        var flaky: Double?
    }

    private let reduction: Reduction
    private let reading: ReductionReading
    private let errors: ErrorClass

    /// - Parameter errors: tells errors apart by the names of the whole file; those of `reading` unless told.
    init(_ reduction: Reduction, _ reading: ReductionReading, errors: ErrorClass? = nil) {
        self.reduction = reduction
        self.reading = reading
        self.errors = errors ?? ErrorClass(reading.candidate.records)
    }

    /// - Throws: `SQLLogicTestError` `usage` if the record holds.
    func found() throws(SQLLogicTestError) -> Start {
        let withoutQueries = reading.candidate.without { reading.candidate.records[$0].isQuery }
        // Queries change nothing, nearly always.
        if let start = try look(withoutQueries, usesReference: true) { return start }
        if withoutQueries != reading.candidate, let start = try look(reading.candidate, usesReference: true) { return start }
        if reduction.reference != nil, let start = try look(withoutQueries, usesReference: false) { return start }
        if reduction.reference != nil, withoutQueries != reading.candidate, let start = try look(reading.candidate, usesReference: false) { return start }
        throw SQLLogicTestError(.usage, "cannot reduce \(reduction.script.name):\(reading.candidate.records.last?.line ?? 0): that record holds on this engine")
    }

    private func look(_ candidate: ReductionCandidate, usesReference: Bool) throws(SQLLogicTestError) -> Start? {
        let reference = usesReference ? reduction.reference : nil
        var pool = try TrialPool(TrialEngines(engine: reduction.engine, reference: reference), width: reduction.width, memory: reduction.memory, floor: reduction.memoryFloor)
        pool.limit = reduction.timeout
        pool.budget = reduction.budget ?? .infinity
        pool.began = reduction.began
        pool.allowsSystem = reduction.allowsSystem
        pool.recordLimit = reduction.options.recordLimit
        let began = Clock.monotonic
        let first = pool.inspect(candidate)
        if let error = first.error { throw SQLLogicTestError(.engine, error) }
        if let loss = first.loss, loss.record < candidate.records.count - 1 {
            throw SQLLogicTestError(.usage, "cannot reduce \(reduction.script.name):\(candidate.records.last?.line ?? 0): the engine \(loss.signature == .hung ? "hangs" : "ends") in line "
                + "\(candidate.records[loss.record].line) already; reduce that record")
        }
        var signature = self.signature(first, candidate)
        // It may be there now and then.
        var shown = 1, rounds = 1
        while signature == nil, shown < Flakiness.showings, !pool.isOver, Clock.seconds(since: began) < Flakiness.patience {
            shown += pool.width
            rounds += 1
            signature = pool.inspect(Array(repeating: candidate, count: pool.width)).lazy.compactMap { self.signature($0, candidate) }.first
        }
        guard let signature else {
            if pool.isOver { throw SQLLogicTestError(.usage, "cannot reduce \(reduction.script.name): the time was over before it was known in what way it fails") }
            return nil
        }
        let seconds = Clock.seconds(since: began) / Double(rounds)
        var question = TrialQuestion(signature, expected: reading.expected, errors: errors)
        question.allowsUnordered = first.end?.isUnordered == true
        pool.question = question
        // Of one that hangs, what does not: the records before it.
        let usual = signature == .hung ? secondsWithoutLast(candidate, &pool) : seconds
        // What is only slow must not be taken for what hangs.
        pool.limit = min(reduction.timeout, max(signature == .hung ? max(2, reduction.timeout / 20) : 1, 20 * usual))
        var flaky = rate(&pool, candidate)
        pool.sequential = flaky.map { SequentialTest(measured: $0) }
        var start: ReductionCandidate
        do {
            start = try cleaned(candidate, first.steps, &pool)
        } catch {
            // It may have been there each time by chance.
            guard flaky == nil, let later = rate(&pool, candidate, isSecond: true) else { throw error }
            flaky = later
            pool.sequential = SequentialTest(measured: later)
            start = try cleaned(candidate, first.steps, &pool)
        }
        return Start(candidate: start, pool: pool, question: question, usesReference: reference != nil,
                     changesSQL: reference != nil || !isExact(signature), flaky: flaky)
    }

    private func isExact(_ signature: FailureSignature) -> Bool {
        switch signature {
        case .exactly, .accepted, .columns: true
        case .rows, .refused, .crashed, .hung, .timeout, .exit, .reported: false
        }
    }

    private func signature(_ inspection: TrialPool.Inspection, _ candidate: ReductionCandidate) -> FailureSignature? {
        if let loss = inspection.loss { return loss.record == candidate.records.count - 1 ? loss.signature : nil }
        guard let end = inspection.end, let last = candidate.records.last else { return nil }
        return TrialQuestion.signature(of: end, last.kind, expected: reading.expected, errors: errors)
    }

    /// In what share of some runs it fails; nil if it does each time.
    /// - Parameter isSecond: whether it was taken for one that is there each time.
    private func rate(_ pool: inout TrialPool, _ candidate: ReductionCandidate, isSecond: Bool = false) -> Double? {
        Flakiness.rate(width: pool.width, isSecond: isSecond) { count in
            // Records that do not hold are no reason to judge otherwise here.
            let failures = pool.inspect(Array(repeating: candidate, count: count)).count { signature($0, candidate) == pool.question?.signature }
            return pool.isOver ? nil : failures
        }
    }

    /// With a last record that does nothing.
    static func harmless(_ candidate: ReductionCandidate) -> ReductionCandidate {
        let last = candidate.records.last?.line ?? 0
        return ReductionCandidate(candidate.records.dropLast() + [ReductionRecord(.succeeds, Array("SELECT 1".utf8), line: last)])
    }

    private func secondsWithoutLast(_ candidate: ReductionCandidate, _ pool: inout TrialPool) -> Double {
        let began = Clock.monotonic
        _ = pool.inspect(Self.harmless(candidate))
        return Clock.seconds(since: began)
    }

    /// Without the records before the last that do not hold, and without those that do nothing.
    private func cleaned(_ candidate: ReductionCandidate, _ steps: [Trial.Step], _ pool: inout TrialPool) throws(SQLLogicTestError) -> ReductionCandidate {
        var steps = steps
        // Where the engine ended the process: the records before that one alone.
        if steps.count < candidate.records.count - 1 { steps = pool.inspect(Self.harmless(candidate)).steps }
        guard steps.count == candidate.records.count - 1 else { return try judged(candidate, of: candidate, steps, &pool) }
        let isBad = steps.map { !$0.holds || !$0.holdsOnReference }
        let holding = candidate.without { isBad[$0] }
        let useful = candidate.without { isBad[$0] || steps[$0].isIdle || candidate.records[$0].kind == .fails }
        if useful != holding, fails(useful, &pool) { return useful }
        return try judged(holding, of: candidate, steps, &pool)
    }

    /// Where a failure is not there each time, the test may be wrong once.
    private func fails(_ candidate: ReductionCandidate, _ pool: inout TrialPool) -> Bool {
        for _ in 0..<(pool.sequential == nil ? 1 : 3) where pool.judge([candidate]).first == .same { return true }
        return false
    }

    /// - Parameter whole: the candidate whose records the steps are of.
    private func judged(_ candidate: ReductionCandidate, of whole: ReductionCandidate, _ steps: [Trial.Step], _ pool: inout TrialPool) throws(SQLLogicTestError) -> ReductionCandidate {
        if fails(candidate, &pool) { return candidate }
        // The one that was looked at fails; nothing smaller is known to.
        if pool.isOver { return whole }
        guard let blamed = steps.firstIndex(where: { $0.holds != $0.holdsOnReference || !$0.holds }) else {
            throw SQLLogicTestError(.usage, "cannot reduce \(reduction.script.name):\(candidate.records.last?.line ?? 0): it fails in another way when its file is run up to it alone")
        }
        throw SQLLogicTestError(.usage, "cannot reduce \(reduction.script.name):\(candidate.records.last?.line ?? 0): it follows from the record at line "
            + "\(whole.records[blamed].line), which fails before it; reduce that record")
    }
}
