import AgentProtocol
import Fleet
import Glibc
import Platform
import SQLLogicTest

/// Makes a file smaller that is run as a file: by a program that runs files itself, or in a dialect whose records are not run one by one.
struct FileReduction {
    /// Where it starts.
    private struct Start {
        var candidate: ReductionCandidate
        var trials: FileTrials
        /// In what share of its runs the file fails, where that is not each one.
        var flaky: Double?
    }

    private let reduction: Reduction
    /// Nil where only the program knows.
    private let dialect: Dialect?
    private let blocks: ScriptBlocks
    private let errors: ErrorClass
    private let name: String
    /// The file's SHA-256.
    private let digest: String

    init(_ reduction: Reduction) {
        self.reduction = reduction
        dialect = reduction.engine is any FileEngine ? nil : reduction.options.dialect
        blocks = ScriptBlocks(reduction.script, dialect: dialect, workingDirectory: reduction.options.workingDirectory)
        errors = ErrorClass(blocks.records)
        digest = FileDigest.of(reduction.script.bytes)
        name = reduction.script.name.split(separator: "/").last.map(String.init) ?? "reduced.test"
    }

    /// - Throws: `SQLLogicTestError` `usage` if nothing fails, or nothing can be reduced.
    func run() throws(SQLLogicTestError) -> Reduction.Result {
        guard !blocks.records.isEmpty else { throw refusal("it has no records") }
        let (start, signature, line, resumption) = try begin()
        // An earlier one has come to its end.
        if resumption == Resumption.done { return result(start.candidate, 0, isMinimal: true, start, signature, line, resumption) }
        let changesSQL = start.trials.reference != nil || signature.isEnd
        let (onProgress, onBest) = (reduction.onProgress, reduction.onBest)
        var last = start.candidate, lastTold: UInt64 = 0
        onBest(result(last, 0, isMinimal: false, start, signature, line, resumption))
        var reducer = Reducer(start.candidate, judge: start.trials, changesSQL: changesSQL) { candidate, tries in
            onProgress(candidate, tries)
            guard candidate != last, lastTold == 0 || Clock.seconds(since: lastTold) > 0.5 else { return }
            (last, lastTold) = (candidate, Clock.monotonic)
            onBest(result(candidate, tries, isMinimal: false, start, signature, line, resumption))
        }
        reducer.run()
        if let obstacle = reducer.judge.obstacle, reducer.best == start.candidate { throw SQLLogicTestError(.engine, obstacle) }
        return result(reducer.best, reducer.tries, isMinimal: reducer.isMinimal, start, signature, line, resumption)
    }

    /// Where it begins: with what an earlier one has left, if that still fails in the same way; and the line of the record in the whole file.
    private func begin() throws(SQLLogicTestError) -> (Start, FailureSignature, line: Int, resumption: String?) {
        var known = reduction.known(digest)
        let index: Int
        if let origin = known, reduction.line.map({ blocks.index(of: $0) == blocks.index(of: origin.line) }) != false, let same = blocks.index(of: origin.line) {
            index = same
        } else {
            known = nil
            index = try target()
        }
        let line = blocks.records[index].line
        var resumption: String?
        if let resumed = reduction.resumed {
            if let known, let start = left(resumed, known), let signature = start.trials.question?.signature {
                return (start, signature, line, resumed.isMinimal ? Resumption.done : Resumption.went(from: start.candidate.records.count))
            }
            resumption = Resumption.anew(known == nil ? Resumption.changed : Resumption.passes)
        }
        for reference in references {
            if let start = try start(prefix(index + 1), reference), let signature = start.trials.question?.signature { return (start, signature, line, resumption) }
        }
        throw refusal("that record holds on this engine", line: line)
    }

    /// Who may say what is right, in turn; nil is the file. Both may agree where only the file says otherwise.
    private var references: [(any Engine)?] { reduction.reference.map { [$0, nil] } ?? [nil] }

    /// What an earlier reduction has left.
    /// - Returns: nil if it does not fail in the same way.
    private func left(_ resumed: ReducedFile, _ known: ReductionOrigin) -> Start? {
        var candidate = ReductionCandidate(ScriptBlocks(Script(resumed.scriptBytes, name: name), dialect: dialect, workingDirectory: reduction.options.workingDirectory).records)
        guard !candidate.records.isEmpty else { return nil }
        candidate.records[candidate.records.count - 1].line = known.line
        let said = Set(known.signature.split(separator: "\n").dropFirst().map(String.init))
        for reference in references {
            if let start = try? start(candidate, reference, said: said), let signature = start.trials.question?.signature, words(of: signature, said) == known.signature { return start }
        }
        return nil
    }

    /// In what way it fails, in a line, and what a program has to say of it, in further ones.
    private func words(of signature: FailureSignature, _ said: Set<String>) -> String { ([ReductionWork.words(of: signature)] + said.sorted()).joined(separator: "\n") }

    private func result(_ candidate: ReductionCandidate, _ tries: Int, isMinimal: Bool, _ start: Start, _ signature: FailureSignature, _ line: Int, _ resumption: String?) -> Reduction.Result {
        Reduction.Result(candidate: start.trials.rightened(candidate) ?? candidate, signature: signature, expected: nil,
                         reference: start.trials.reference == nil ? nil : reduction.referenceName, isMinimal: isMinimal, tries: tries,
                         seconds: Clock.seconds(since: reduction.began), flaky: start.flaky.map { Flakiness(whole: $0) }, isUnordered: start.trials.question?.allowsUnordered == true,
                         witness: start.trials.witness == nil ? nil : reduction.witnessName, saysSame: start.trials.question?.said.isEmpty == false, total: blocks.records.count, line: line,
                         origin: ReductionOrigin(file: digest, line: line, engine: reduction.engineIdentity, signature: words(of: signature, start.trials.question?.said ?? [])), resumption: resumption)
    }

    private func refusal(_ why: String, line: Int? = nil) -> SQLLogicTestError {
        SQLLogicTestError(.usage, "cannot reduce \(reduction.script.name)\(line.map { ":\($0)" } ?? ""): \(why)")
    }

    private func trials(_ reference: (any Engine)?) -> FileTrials { FileTrials(reduction, name: name, reference: reference, errors: errors) }

    private func prefix(_ count: Int) -> ReductionCandidate { ReductionCandidate(Array(blocks.records.prefix(count))) }

    /// - Throws: what cannot be reduced away.
    private func outcome(_ candidate: ReductionCandidate, _ trials: inout FileTrials) throws(SQLLogicTestError) -> FileOutcome? {
        let outcome = trials.look([candidate])[0]
        if let error = outcome?.error { throw error }
        if let obstacle = trials.obstacle { throw SQLLogicTestError(.engine, obstacle) }
        if outcome == nil, trials.isOver { throw refusal("the time was over before it was known in what way it fails") }
        return outcome
    }

    // MARK: The record

    /// The index of the record that is meant.
    private func target() throws(SQLLogicTestError) -> Int {
        if let line = reduction.line {
            guard let index = blocks.index(of: line) else { throw refusal("there is no record at line \(line)") }
            return index
        }
        var trials = trials(nil)
        let whole = prefix(blocks.records.count)
        guard let outcome = try outcome(whole, &trials), outcome.signature != nil else {
            throw refusal("it passes on this engine; name the line of a record that fails now and then, or run it with the engine that it fails on")
        }
        if let line = outcome.lines.first, let index = CandidateText(whole).record(at: line) { return index }
        // Half of the beginnings that are tried would take all of the time.
        if outcome.signature == .hung { trials.limit = min(reduction.timeout, max(2, reduction.timeout / 4)) }
        // The runner does not say where: the shortest beginning that fails has it at its end.
        var (holds, fails) = (0, blocks.records.count)
        while fails - holds > 1 {
            let middle = (holds + fails) / 2
            if try self.outcome(prefix(middle), &trials)?.signature == nil { holds = middle } else { fails = middle }
        }
        return fails - 1
    }

    // MARK: The first look

    /// Records before it that fail and are left out one by one, where the runner ends at the first one.
    private static let mostLeftOut = 100

    /// - Parameters:
    ///   - whole: the file up to the record.
    ///   - reference: who says what is right; nil is the file.
    ///   - known: what a program must say of it, where that is known; nil finds out.
    /// - Returns: nil where the record holds.
    private func start(_ whole: ReductionCandidate, _ reference: (any Engine)?, said known: Set<String>? = nil) throws(SQLLogicTestError) -> Start? {
        var trials = trials(reference)
        let began = Clock.monotonic
        guard let (candidate, looked, signature) = try look(whole, &trials) else { return nil }
        let last = CandidateText(candidate).starts.last ?? 1
        trials.question = FileTrials.Question(signature: signature, tellsLines: !looked.lines.isEmpty && looked.lines.allSatisfy { $0 >= last },
                                              allowsUnordered: reference != nil && trials.isUnordered(candidate))
        if reference == nil, !signature.isEnd, let witness = reduction.witness {
            trials.witness = FileTrials.work(reduction, on: witness)
            if !trials.isWitnessed(candidate) { trials.witness = nil }
        }
        let alone = try secondsWithoutLast(candidate, &trials)
        // What is only slow must not be taken for what hangs.
        trials.limit = min(reduction.timeout, max(signature == .hung ? max(2, reduction.timeout / 20) : 1, 20 * (signature == .hung ? alone : max(alone, Clock.seconds(since: began)))))
        // The first one may be what is left in the end.
        if reference != nil { _ = trials.judge([candidate]) }
        var start = Start(candidate: candidate, trials: trials)
        start.flaky = Flakiness.rate(width: trials.width) { count in
            let failures = trials.look(Array(repeating: candidate, count: count)).count { $0?.signature == signature }
            return trials.isOver ? nil : failures
        }
        start.trials.sequential = start.flaky.map { SequentialTest(measured: $0) }
        let withoutQueries = candidate.without { candidate.records[$0].isQuery }
        if let known {
            guard known.isSubset(of: looked.said) else { return nil }
            start.trials.question?.said = known
        } else if reference == nil, reduction.engine is any FileEngine {
            start.trials.question?.said = said(candidate, [withoutQueries, candidate.sliced], looked, trials)
        }
        if withoutQueries != candidate, start.trials.judge([withoutQueries])[0] == .same { start.candidate = withoutQueries }
        return start
    }

    /// What a program says of each file that fails so: what changes from file to file, as times and counts do, is left out.
    private func said(_ candidate: ReductionCandidate, _ others: [ReductionCandidate], _ looked: FileOutcome, _ trials: FileTrials) -> Set<String> {
        var common = looked.said
        for other in others where other != candidate {
            guard let outcome = trials.look([other])[0], outcome.signature == looked.signature else { return [] }
            common.formIntersection(outcome.said)
        }
        return others.allSatisfy { $0 == candidate } ? [] : common
    }

    /// Runs the file up to the record, without the records before it that fail where those are known.
    /// - Returns: nil where the record holds.
    private func look(_ whole: ReductionCandidate, _ trials: inout FileTrials) throws(SQLLogicTestError) -> (ReductionCandidate, FileOutcome, FailureSignature)? {
        var candidate = whole
        let began = Clock.monotonic
        var looked = try outcome(candidate, &trials)
        for _ in 0..<Self.mostLeftOut {
            let failed = Set((looked?.lines ?? []).compactMap { CandidateText(candidate).record(at: $0) }).subtracting([candidate.records.count - 1])
            guard !failed.isEmpty else { break }
            candidate = candidate.without { failed.contains($0) }
            looked = try outcome(candidate, &trials)
        }
        // It may be there now and then.
        var shown = 1
        while looked?.signature == nil, shown < Flakiness.showings, !trials.isOver, Clock.seconds(since: began) < Flakiness.patience {
            shown += trials.width
            looked = trials.look(Array(repeating: candidate, count: trials.width)).lazy.compactMap(\.self).first { $0.signature != nil }
        }
        guard let looked, let signature = looked.signature else { return nil }
        return (candidate, looked, signature)
    }

    /// - Throws: `SQLLogicTestError` `usage` if a record before the last one fails.
    private func secondsWithoutLast(_ candidate: ReductionCandidate, _ trials: inout FileTrials) throws(SQLLogicTestError) -> Double {
        let began = Clock.monotonic
        let shorter = ReductionCandidate(Array(candidate.records.dropLast()))
        if !shorter.records.isEmpty, try outcome(shorter, &trials)?.signature != nil {
            throw refusal("a record before it fails as well; reduce that one first, or name no line", line: candidate.records.last?.line)
        }
        return Clock.seconds(since: began)
    }
}
