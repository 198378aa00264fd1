/// Makes of what the parts of a script have found exactly what one run of all of it would have.
package struct PartMerge {
    private let script: Script
    private let options: RunOptions
    private let engineName: [UInt8]
    private var verdict = FileVerdict()
    private var labels = ResultLabels()
    private var trails: [[Int]] = []
    /// The records of the script are read as far as the labels need them.
    private var parser: SQLiteParser
    private var record = SQLiteRecord()
    private var number = 0
    private var keys: RecordKeys?
    /// Whether a part had another database than those before it, so that only one run of the whole script tells.
    package private(set) var isDivided = false
    /// Whether the script ends here: what parts behind this one have found is not looked at.
    package private(set) var isOver = false

    /// - Parameter engine: what conditions call the engine, where the options do not say.
    package init(_ script: Script, options: RunOptions, engine: String) {
        self.script = script
        self.options = options
        engineName = (options.engineName ?? engine).utf8.map(ASCII.lowercased)
        parser = SQLiteParser(script)
    }

    /// Adds the next part.
    package mutating func add(_ part: FileVerdict, _ report: PartReport) {
        guard !isOver, !isDivided else { return }
        trails.append(report.trail)
        isDivided = trails.indices.contains { block in
            let seen = trails.compactMap { $0.indices.contains(block) ? $0[block] : nil }
            return seen.contains { $0 != seen[0] }
        }
        verdict.tests += part.tests
        verdict.skipped += part.skipped
        verdict.errors += part.errors
        verdict.consequences += part.consequences
        add(part.failures, denied(report.labels))
        for rows in part.rows ?? [] { keep(rows) }
        verdict.stopReason = part.stopReason
        verdict.haltLine = part.haltLine
        verdict.stoppedAt = part.stoppedAt
        isOver = part.stopReason != .endOfFile
    }

    /// The verdict on the script, once all parts were added.
    package func whole() -> FileVerdict {
        var whole = verdict
        whole.markIfEmpty()
        return whole
    }

    // MARK: Labels

    /// The records whose labels do not agree with what came before, with the failures that they have then.
    private mutating func denied(_ uses: [LabelUse]) -> [(line: Int, failures: [ScriptFailure])] {
        var denied: [(line: Int, failures: [ScriptFailure])] = []
        for use in uses {
            while number < use.record, parser.next(&record) { number += 1 }
            guard number == use.record, !labels.agrees(script.buffer(label), use.digestBytes) else { continue }
            verdict.errors += 1
            if use.cause != nil { verdict.consequences += 1 }
            denied.append((record.line, use.failures ?? [failure(use)]))
        }
        return denied
    }

    private var label: ByteRange {
        record.isLeftOut(for: engineName, in: script) ? record.tokens.3 : ResultLabels.significantPart(of: record.tokens.3)
    }

    private mutating func failure(_ use: LabelUse) -> ScriptFailure {
        var sql = ByteBuffer()
        record.sql.read(from: script, into: &sql)
        var failure = ScriptFailure(kind: .label, line: record.line, message: SQLiteRun.labelMessage(script.text(label)), sql: ScriptFailure.cut(sql.bytes))
            .with(notices: use.notices ?? [])
        var finding = FailureFinding(recordLine: record.line, category: .wrongRows)
        finding.causedBy = use.cause
        if keys == nil { keys = SQLiteRun.keys(of: script) }
        finding.identity = keys?.key(of: use.record - 1)
        finding.complete(&failure)
        return failure
    }

    // MARK: Failures

    /// - Parameter denied: take the place of the failures that the part has found of the same records.
    private mutating func add(_ failures: [ScriptFailure], _ denied: [(line: Int, failures: [ScriptFailure])]) {
        var rest = failures[...]
        for (line, others) in denied {
            let before = rest.prefix { $0.recordLine ?? 0 < line }
            keep(before + others)
            rest = rest.dropFirst(before.count).drop { $0.recordLine == line }
        }
        keep(rest)
    }

    private mutating func keep(_ failures: some Collection<ScriptFailure>) {
        verdict.failures += failures.prefix(max(0, options.failureLimit - verdict.failures.count))
    }

    private mutating func keep(_ rows: RecordRows) {
        let kept = verdict.rows ?? []
        guard kept.count < RecordRows.mostRecords, kept.reduce(rows.bytes, { $0 + $1.bytes }) <= RecordRows.fileLimit else { return }
        verdict.rows = kept + [rows]
    }
}
