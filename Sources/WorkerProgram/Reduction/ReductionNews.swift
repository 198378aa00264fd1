import AgentProtocol
import Platform
import SQLLogicTest

/// Tells how a reduction goes, not more often than anybody can read.
struct ReductionNews {
    private let reduction: Reduction
    private let file: String
    private let tell: (DiagnosisAnswer) -> Void
    private var lastProgress: UInt64 = 0

    init(_ reduction: Reduction, file: String, _ tell: @escaping (DiagnosisAnswer) -> Void) {
        self.reduction = reduction
        self.file = file
        self.tell = tell
    }

    mutating func progress(_ candidate: ReductionCandidate, _ tries: Int) {
        guard lastProgress == 0 || Clock.seconds(since: lastProgress) > 0.1 else { return }
        lastProgress = Clock.monotonic
        tell(.progress(ReductionProgress(records: candidate.records.count, bytes: candidate.size, tries: tries)))
    }

    /// What there is so far, should the connection be lost.
    func best(_ result: Reduction.Result) {
        let file = file(of: result)
        if Self.fits(file) { tell(.reduced(file)) }
    }

    /// The last answer.
    /// - Throws: `SQLLogicTestError` `usage` where it is too long for a message.
    static func checked(_ file: ReducedFile, of name: String) throws(SQLLogicTestError) -> ReducedFile {
        guard fits(file) else { throw SQLLogicTestError(.usage, "cannot hand on what is left of \(name): it is too long for a message; use slt-worker there") }
        return file
    }

    /// Whether an answer may be so long.
    static func fits(_ file: ReducedFile) -> Bool {
        let texts = [file.script.utf8.count, file.sql.utf8.count]
        guard texts.allSatisfy({ $0 <= 1 << 20 }) else { return false }
        // In base64, beside the texts in the same message.
        return file.exact.map { texts[0] + texts[1] + ($0.script.count + $0.sql.count) * 4 / 3 <= 2 << 20 } ?? true
    }

    func file(of result: Reduction.Result) -> ReducedFile {
        let name = file.split(separator: "/").last.map(String.init) ?? file
        let words = ReductionWords(result, file: name, source: file, reduction)
        let script = ReducedScript(result.candidate, expected: result.expected, comments: words.comments)
        let progress = ReductionProgress(records: result.candidate.records.count, bytes: result.candidate.size, tries: result.tries)
        var made = ReducedFile(bytes: script.script, sql: script.sql, reason: words.reason, line: result.line,
                               total: result.total, progress: progress, seconds: result.seconds, isMinimal: result.isMinimal)
        made.reference = result.reference
        made.flakyRate = result.flaky?.rate
        made.confidence = result.flaky?.confidence
        made.flakiness = result.flaky?.words
        (made.origin, made.resumption) = (result.origin, result.resumption)
        return made
    }
}
