import Fleet
import FoundationEssentials
import Platform
import SQLLogicTest

/// Judges candidates as files: each is written to a folder of its own and run as a whole, by the runner of its dialect or by a program that
/// runs files itself. Only for a process of one thread.
struct FileTrials: RepeatedJudge {
    /// What is asked of each candidate.
    struct Question {
        var signature: FailureSignature
        /// Whether the runner says in which line a file fails. If not, a candidate is also run without its last record: that must hold.
        var tellsLines: Bool
        /// Whether the right answer may hang on the order in which rows are read.
        var allowsUnordered = false
        /// Lines that a program must print, where it prints them of each file that fails so.
        var said: Set<String> = []
    }

    private let work: FileWork
    /// Writes what is right into candidates before they are run; nil where what they have is right.
    let reference: FileWork?
    /// Agrees with what a file says is right; nil where nobody does, or nobody is needed.
    var witness: FileWork?
    private let rules: FileOutcome.Rules
    let width: Int
    private let memory: Int?
    private let name: String
    /// How candidates are judged.
    var question: Question?
    /// Seconds that a candidate may take.
    var limit = 60.0
    /// When ``budget`` began.
    var began = Clock.monotonic
    /// Seconds after which no more candidates are wanted.
    var budget = Double.infinity
    /// What each candidate is put to, where the failure is not there each time.
    var sequential: SequentialTest?
    /// Why tries cannot be made any more; no more candidates are judged then.
    var obstacle: String? { trouble.words }
    private let trouble = Trouble()
    private let syntax: SQLSyntax?
    private let folder: TrialFolder
    /// Candidates that fail in the same way, with what is right for them: after an interruption the reference is asked no more.
    private let rights: LatestRights

    /// Tries are also made where nothing else changes.
    private final class Trouble {
        private(set) var words: String?

        func note(_ words: String) { self.words = self.words ?? words }
    }

    /// - Parameters:
    ///   - name: of the whole file, which candidates have as well.
    ///   - reference: nil where the file says what is right.
    ///   - folder: where tries are written.
    init(_ reduction: Reduction, name: String, reference: (any Engine)?, errors: ErrorClass, in folder: TrialFolder = TrialFolder()) {
        self.folder = folder
        // Those that were judged at a time, what they came to together, and some more.
        rights = LatestRights(most: 2 * reduction.width + 8)
        var options = reduction.options
        options.keepsRows = true
        work = FileWork(engine: reduction.engine, options: options)
        self.reference = reference.map { engine in
            var right = Self.work(reduction, on: engine)
            right.options.keepsRows = true
            right.records = true
            return right
        }
        let isProgram = reduction.engine is any FileEngine
        rules = FileOutcome.Rules(errors: errors, isExact: reference == nil, isProgram: isProgram)
        width = reduction.width
        memory = reduction.memory
        self.name = name
        syntax = reference != nil || reduction.engine is SQLiteEngine ? SQLSyntax(threading: .single) : nil
        began = reduction.began
        budget = reduction.budget ?? .infinity
        limit = reduction.timeout
    }

    /// The same files on another engine.
    static func work(_ reduction: Reduction, on engine: any Engine) -> FileWork {
        var work = FileWork(engine: engine, options: reduction.options)
        work.options.recordLimit = nil
        // A program's own conditions are its affair.
        guard !(reduction.engine is any FileEngine) else { return work }
        // Conditions leave out what they leave out for the engine under test.
        work.options.engineName = reduction.options.engineName ?? reduction.engine.name
        work.options.labels.append(reduction.engine.label)
        return work
    }

    var isOver: Bool { obstacle != nil || PendingSignal.isSet || Clock.seconds(since: began) >= budget }

    func isPlausible(_ sql: [UInt8]) -> Bool { syntax?.isPlausible(sql) ?? true }

    mutating func keep(_ prefix: ArraySlice<ReductionRecord>) {}

    // MARK: Judging

    mutating func judge(_ candidates: [ReductionCandidate]) -> [Judgement?] {
        var judgements = judgeRepeatedly(candidates)
        for index in candidates.indices where judgements[index] == .same {
            if isOver {
                judgements[index] = nil
                continue
            }
            if question?.tellsLines == false, !holdsWithoutLast(candidates[index]) { judgements[index] = .invalid(.earlierRecord) }
            if !isWitnessed(candidates[index]) { judgements[index] = .invalid(.earlierRecord) }
            if reference != nil, question?.allowsUnordered == false, isUnordered(candidates[index]) { judgements[index] = .invalid(.unordered) }
        }
        return judgements
    }

    mutating func judgeOnce(_ candidates: [ReductionCandidate]) -> [Judgement?] {
        let right = righted(candidates)
        let texts = right.map { $0.map { CandidateText($0) } }
        var judgements: [Judgement?] = right.map { $0 == nil && !isOver ? .invalid(.earlierRecord) : nil }
        for (index, outcome) in outcomes(texts) { judgements[index] = outcome.flatMap { judgement($0, texts[index]?.starts.last ?? 0) } }
        for index in candidates.indices where judgements[index] == .same && reference != nil { rights.keep(right[index], for: candidates[index]) }
        return judgements
    }

    /// - Returns: nil where the engine could not be used; ``obstacle`` says why.
    private func judgement(_ outcome: FileOutcome, _ last: Int) -> Judgement? {
        if let error = outcome.error {
            if error.code == .engine { trouble.note(error.message) }
            return error.code == .engine ? nil : .invalid(.engine)
        }
        guard let signature = outcome.signature else { return .passes }
        if question?.tellsLines == true, outcome.lines.contains(where: { $0 < last }) { return .invalid(.earlierRecord) }
        guard signature == question?.signature, question?.said.isSubset(of: outcome.said) == true else { return .otherwise(signature) }
        return .same
    }

    private mutating func holdsWithoutLast(_ candidate: ReductionCandidate) -> Bool {
        let shorter = ReductionCandidate(Array(candidate.records.dropLast()))
        guard !shorter.records.isEmpty else { return true }
        let holds = look(Array(repeating: shorter, count: sequential?.fewest ?? 1)).allSatisfy { $0.map { $0.error == nil && $0.signature == nil } ?? false }
        return holds && !PendingSignal.isSet
    }

    /// Whether the witness, if there is one, gives what the candidate says is right.
    func isWitnessed(_ candidate: ReductionCandidate) -> Bool {
        guard let witness else { return true }
        return results([CandidateText(candidate).bytes], witness, isInProcess: true, tellsRows: false)[0]?.result.verdict?.passed == true
    }

    // MARK: Running

    /// Runs candidates, whatever comes of them.
    /// - Returns: nil for those that have no right answer, or were not run any more.
    func look(_ candidates: [ReductionCandidate]) -> [FileOutcome?] {
        var all: [FileOutcome?] = candidates.map { _ in nil }
        for (index, outcome) in outcomes(righted(candidates).map { $0.map { CandidateText($0) } }) { all[index] = outcome }
        return all
    }

    /// - Returns: what came of those that there are, by their index.
    private func outcomes(_ texts: [CandidateText?]) -> [(Int, FileOutcome?)] {
        let known = texts.indices.filter { texts[$0] != nil }
        let found = results(known.compactMap { texts[$0]?.bytes }, work, isInProcess: work.engine is SQLiteEngine, tellsRows: true)
        return zip(known, found).map { ($0, $1.map { FileOutcome($0.result, rules) }) }
    }

    /// The candidates with what is right for them; nil where the reference refuses what must succeed, or the other way round.
    private func righted(_ candidates: [ReductionCandidate]) -> [ReductionCandidate?] {
        guard let reference else { return candidates }
        let found = results(candidates.map { CandidateText($0).bytes }, reference, isInProcess: true, tellsRows: false)
        return zip(candidates, found).map { candidate, found in
            guard let found, found.result.verdict?.errors == 0 else { return nil }
            let right = ScriptBlocks(Script(found.text, name: name), dialect: work.options.dialect, workingDirectory: work.options.workingDirectory).records
            guard right.count == candidate.records.count else { return nil }
            return ReductionCandidate(zip(candidate.records, right).map { old, new in
                var record = new
                record.line = old.line
                return record
            })
        }
    }

    /// The candidate with what is right for it.
    func rightened(_ candidate: ReductionCandidate) -> ReductionCandidate? { rights.right(for: candidate) ?? righted([candidate])[0] }

    /// Whether the reference gives another answer once it reads its rows backwards.
    func isUnordered(_ candidate: ReductionCandidate) -> Bool {
        guard var reference, let last = candidate.records.last, last.isQuery, let right = rightened(candidate) else { return false }
        reference.records = false
        var setting = ReductionRecord(.succeeds, Array("PRAGMA reverse_unordered_selects=1".utf8), line: last.line)
        setting.frame = ReductionRecord.Frame(head: Array("statement ok\n".utf8))
        let reversed = ReductionCandidate(right.records.dropLast() + [setting] + right.records.suffix(1))
        return results([CandidateText(reversed).bytes], reference, isInProcess: true, tellsRows: false)[0]?.result.verdict?.errors != 0
    }

    /// Runs files side by side.
    /// - Returns: what came of each, and what is in it afterwards.
    private func results(_ texts: [[UInt8]], _ work: FileWork, isInProcess: Bool, tellsRows: Bool) -> [(result: FileResult, text: [UInt8])?] {
        guard !texts.isEmpty, obstacle == nil else { return texts.map { _ in nil } }
        var pool: LocalPool
        let paths = texts.indices.map { "\(folder.path)/\($0)/\(name)" }
        defer { for index in texts.indices { folder.empty(index) } }
        do throws(SQLLogicTestError) {
            pool = try LocalPool(work, jobs: min(width, texts.count))
            for (index, text) in texts.enumerated() {
                try? FileManager.default.createDirectory(atPath: "\(folder.path)/\(index)", withIntermediateDirectories: false)
                try WholeFile.write(text, to: paths[index])
            }
        } catch {
            trouble.note(error.message)
            return texts.map { _ in nil }
        }
        pool.fileTimeout = limit
        pool.memory = memory
        pool.isInProcess = isInProcess
        pool.tellsRows = tellsRows
        var found: [String: FileResult] = [:]
        pool.run(paths, failFast: false) { found[$0.file] = $0 }
        if let failure = pool.startFailure {
            trouble.note(failure)
            return texts.map { _ in nil }
        }
        return paths.map { path in
            found[path].map { ($0, (try? Script(path: path))?.bytes ?? []) }
        }
    }
}
