import FoundationEssentials
import Glibc
import Platform
import SQLLogicTest

/// Says of other files whether they fail in the same way as one record does: for reducers that know nothing of databases.
struct SameWay {
    /// What is known of the record. It can be kept, so that its file is run once.
    struct Known: Codable {
        var version = 1
        /// What the file, the record, the engine and the reference were.
        var origin: String
        var question: TrialQuestion
        /// Seconds that a candidate may take.
        var limit: Double
        var sequential: SequentialTest?
        var usesReference: Bool
        /// Whether nobody knows what is right for other SQL.
        var isExact: Bool
        /// SQL of records before it that do not do what they must, and are not needed.
        var unfit: Set<[UInt8]>
    }

    /// Why it fails in the same way, or does not, for people.
    enum Answer: String {
        case same = "it fails in the same way"
        case otherwise = "it fails in another way"
        case passes = "it passes"
        case earlier = "an earlier record does not do what it must"
        case foreign = "it is no part of the file: nobody says what is right for other SQL"
        case unread = "it cannot be read"
        case unknown = "it says nothing"
    }

    private let reduction: Reduction
    private let reading: ReductionReading
    let known: Known

    /// - Parameter kept: what was known before; it is taken if it is of the same record.
    /// - Throws: `SQLLogicTestError` `usage` if the record holds.
    init(_ reduction: Reduction, kept: Known?) throws(SQLLogicTestError) {
        self.reduction = reduction
        let digest = FileDigest.of(reduction.script.bytes)
        func origin(_ line: Int?) -> String { "\(digest) \(line ?? 0) \(reduction.engineIdentity)" }
        let target = if let line = reduction.line { line } else { try reduction.firstFailure() }
        reading = try ReductionReading(reduction.script, line: target, engine: reduction.engineName)
        if let kept, kept.version == 1, kept.origin == origin(target) {
            known = kept
            return
        }
        let start = try Baseline(reduction, reading).found()
        var pool = start.pool
        var steps = pool.inspect(reading.candidate).steps
        // Where the engine ended the process: the records before that one alone.
        if steps.count < reading.candidate.records.count - 1 { steps = pool.inspect(Baseline.harmless(reading.candidate)).steps }
        let unfit = zip(steps, reading.candidate.records).filter { !$0.0.holds || !$0.0.holdsOnReference }.map { ReductionRecord.plain($0.1) }
        known = Known(origin: origin(target), question: start.question, limit: start.pool.limit, sequential: start.pool.sequential, usesReference: start.usesReference,
                      isExact: !start.changesSQL, unfit: Set(unfit))
    }

    /// What a run would complain about, whatever the engine.
    private static func problems(_ script: Script) -> Set<String> { Set(ScriptSurvey(script, dialect: .sqlite).problems.map(\.message)) }

    /// - Throws: `SQLLogicTestError` `engine` if there is none to be had.
    func answer(_ candidate: Script, isSQL: Bool) throws(SQLLogicTestError) -> Answer {
        guard isSQL || Self.problems(candidate).isSubset(of: Self.problems(reduction.script)) else { return .unread }
        guard var records = records(candidate, isSQL: isSQL) else { return .unread }
        if !known.unfit.isEmpty {
            let failing = reading.candidate.records.last
            records = records.filter { record in !known.unfit.contains(ReductionRecord.plain(record)) || failing.map { Self.isSame($0, record) } == true }
        }
        if known.isExact { return try exact(records) }
        guard !records.isEmpty else { return .passes }
        var pool = try pool()
        var whole = ReductionCandidate(records)
        let inspection = pool.inspect(whole)
        if let error = inspection.error { throw SQLLogicTestError(.engine, error) }
        // The first one that does not do what it must is the one that fails.
        let first = inspection.loss?.record ?? inspection.steps.firstIndex { !$0.holds || !$0.holdsOnReference }
        if let first { whole.records = Array(whole.records[...first]) }
        return answer(pool.judge([columned(whole, inspection, isSQL)]).first ?? nil)
    }

    /// Only whole records may be gone, and queries do nothing.
    private func exact(_ records: [ReductionRecord]) throws(SQLLogicTestError) -> Answer {
        guard let failing = reading.candidate.records.last, let end = records.lastIndex(where: { Self.isSame($0, failing) }) else { return .foreign }
        let before = records[..<end].filter { !$0.isQuery && !Self.isPlainQuery($0) }
        var rest = reading.candidate.records.dropLast()[...]
        for record in before {
            guard let place = rest.firstIndex(where: { Self.isSame($0, record) }) else { return .foreign }
            rest = rest[(place + 1)...]
        }
        var pool = try pool()
        return answer(pool.judge([ReductionCandidate(before + [failing])]).first ?? nil)
    }

    private static func isSame(_ one: ReductionRecord, _ other: ReductionRecord) -> Bool { ReductionRecord.plain(one) == ReductionRecord.plain(other) }

    private static func isPlainQuery(_ record: ReductionRecord) -> Bool { ReductionRecord.plain(record).prefix(6).map { $0 | 0x20 } == Array("select".utf8) }

    private func pool() throws(SQLLogicTestError) -> TrialPool {
        var pool = try TrialPool(TrialEngines(engine: reduction.engine, reference: known.usesReference ? reduction.reference : nil), width: 1, memory: reduction.memory)
        pool.recordLimit = reduction.options.recordLimit
        (pool.limit, pool.question, pool.sequential, pool.allowsSystem) = (known.limit, known.question, known.sequential, reduction.allowsSystem)
        return pool
    }

    private func answer(_ judgement: Judgement?) -> Answer {
        switch judgement {
        case .same: .same
        case .otherwise: .otherwise
        case .passes: .passes
        case .invalid(.earlierRecord): .earlier
        case .invalid, nil: .unknown
        }
    }

    // MARK: Records

    private func records(_ candidate: Script, isSQL: Bool) -> [ReductionRecord]? {
        guard isSQL else { return (try? ReductionReading(candidate, line: nil, engine: reduction.engineName))?.candidate.records }
        let statements = SQLStatements.all(in: candidate.bytes)
        // Only the failing record has a result that counts.
        return statements.enumerated().map { index, sql in
            let isLast = index == statements.count - 1
            return ReductionRecord(isLast ? reading.candidate.records.last?.kind ?? .succeeds : .succeeds, sql, line: index + 1)
        }
    }

    /// Plain SQL does not say how many columns it gives.
    private func columned(_ candidate: ReductionCandidate, _ inspection: TrialPool.Inspection, _ isSQL: Bool) -> ReductionCandidate {
        guard isSQL, var last = candidate.records.last, case .query(let types, let sortMode) = last.kind, let end = inspection.end,
              case .columns(let count) = end.reference ?? end.engine, count > 0 else { return candidate }
        last.kind = .query(types: Array((types + Array(repeating: UInt8(ascii: "T"), count: count)).prefix(count)), sortMode: sortMode)
        return ReductionCandidate(candidate.records.dropLast() + [last])
    }
}
