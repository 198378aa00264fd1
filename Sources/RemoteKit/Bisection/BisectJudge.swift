import Fleet
import Platform

/// Says what a run of a revision means for what is looked at: a function of records.
struct BisectJudge: Sendable {
    let targets: [BisectTarget]
    /// Which records the lines of ``targets`` mean, where each revision has lines of its own.
    var identities: [BisectTarget: RecordIdentity] = [:]
    /// Whether files of the dialect end at their first failure.
    var stopsAtFailure = false

    /// What a run said.
    struct Judgement: Sendable, Equatable {
        var verdict: BisectVerdict
        var reason: String?
        /// The files that failed, with the failures that were looked at alone.
        var failures: [FileRecord] = []
    }

    private enum TargetState { case held, failed([RecordFailure]), unknown(String) }

    /// How many failures of a file are kept.
    private static let failuresKept = 20
    private static let outputKept = 2000

    /// - Parameters:
    ///   - records: by file.
    ///   - error: what kept the run from going on.
    func judge(_ records: [String: FileRecord], error: String? = nil) -> Judgement {
        var failed: [String: [RecordFailure]] = [:], unknown: String?
        for target in targets {
            let answer = records[target.file].map { self.answer(target, $0) } ?? .unknown("it was not run")
            switch answer {
            case .held: break
            case .failed(let failures): failed[target.file, default: []] += failures
            case .unknown(let why): if unknown == nil { unknown = "\(target): \(error ?? why)" }
            }
        }
        if !failed.isEmpty {
            let files = failed.keys.sorted().compactMap { file in records[file].map { Self.cut($0, failed[file] ?? []) } }
            return Judgement(verdict: .bad, failures: files)
        }
        return unknown.map { Judgement(verdict: .skip, reason: SafeText.sentence($0, limit: 500)) } ?? Judgement(verdict: .good)
    }

    private static func cut(_ record: FileRecord, _ failures: [RecordFailure]) -> FileRecord {
        var record = record
        record.failures = Array(failures.prefix(failuresKept))
        record.output = record.output.map { String($0.suffix(outputKept)) }
        record.flakyRecords = nil
        return record
    }

    private func answer(_ target: BisectTarget, _ record: FileRecord) -> TargetState {
        guard record.outcome == .pass || (record.outcome.isFailure && record.outcome != .unreadable) else {
            return .unknown(record.outcome.word + (record.message.map { ": \($0)" } ?? ""))
        }
        guard let line = target.line else { return record.outcome == .pass ? .held : .failed(record.failures) }
        let identity = identities[target]
        let own = record.failures.filter { failure in
            if let identity { return failure.identity == identity }
            return failure.script == nil && (failure.line == line || failure.recordLine == line)
        }
        // All lines of one record, whichever was named.
        let begins = Set(own.map { $0.recordLine ?? $0.line })
        if !own.isEmpty { return .failed(record.failures.filter { $0.script == own[0].script && begins.contains($0.recordLine ?? $0.line) }) }
        guard let end = record.knownUntil(stopsAtFailure: stopsAtFailure) else { return .held }
        if identity == nil, line < end { return .held }
        if identity == nil, line == end, record.outcome != .fail { return .failed([]) }
        return .unknown("the run of the file ended at line \(end)")
    }
}
