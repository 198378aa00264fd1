import Fleet
import Platform
import RemoteKit

/// What the page's script shows on demand: every file in brief, and all that is known of those that failed. It is bounded, whatever a host sent.
///
/// Columns and not rows, since the names of the members would be most of it.
struct PageData {
    let run: ReportedRun
    let groups: FailureGroups
    /// Seconds since 1970.
    let start: Double
    let now: Double

    /// Bytes of the failures, and of the list of files.
    static let failureBytes = 2_700_000
    static let fileBytes = 1_700_000
    /// Characters of a name.
    static let name = 400

    /// A file's place in a run: soak runs have each file once a round.
    private struct Key: Hashable {
        let id: Int
        let iteration: Int?
    }

    var json: String {
        let (failures, kept) = failures()
        let records = Dictionary(run.details.records.map { (Key(id: $0.id, iteration: $0.iteration), $0) }) { first, _ in first }
        let (files, left) = files(kept)
        var columns = FileColumns()
        for (index, file) in files.enumerated() {
            columns.add(file, records[Key(id: file.id, iteration: file.iteration)], start: start, at: index)
        }
        return ScriptValue.object([
            ("outcomes", .list(Outcome.allCases.map { .list([.text($0.word), .text(OutcomeBar.tone($0))]) })),
            ("files", columns.value), ("failures", .list(failures)), ("left", .number(left)),
            ("groups", groups.value),
        ]).json
    }

    // MARK: failures

    /// - Returns: the failures, and the keys of their files in the same order. Each has its share of the bytes; what one leaves is the others'.
    private func failures() -> ([ScriptValue], [Key]) {
        var values: [ScriptValue] = [], keys: [Key] = []
        let all = run.all
        var remaining = Self.failureBytes
        for (index, file) in all.enumerated() {
            let share = remaining / (all.count - index)
            guard let (value, size) = fitting(file, index, share) else { break }
            remaining -= size
            values.append(value)
            keys.append(Key(id: file.record.id, iteration: file.record.iteration))
        }
        return (values, keys)
    }

    /// Not even a title fits into so few bytes.
    private static let leastShare = 100

    private func fitting(_ file: ReportedFile, _ index: Int, _ share: Int) -> (ScriptValue, Int)? {
        guard share >= Self.leastShare else { return nil }
        for depth in FailureDepth.all {
            guard var members = FailureData(file: file, depth: depth).members(within: share) else { continue }
            if let past = file.past { members.append(("p", .text(past.words(now: now)))) }
            members.append(("r", .text(command(file.record.file))))
            members.append(("g", .list(groups.ofFile[index].filter(groups.shown.contains).map { .number($0) })))
            let (value, size) = ScriptValue.object(members).writtenOut
            if size <= share || depth.blocks == 0 { return (value, size) }
        }
        return nil
    }

    private func command(_ file: String) -> String {
        CommandWords(host: run.host, options: run.options).text("run", run.upwards + Glob.literal(file))
    }

    // MARK: files

    /// The files of the list: those that failed in the order of `keys`, then what is flaky, then the others by name; and how many are left out.
    private func files(_ keys: [Key]) -> ([RunDetails.File], Int) {
        var byKey: [Key: RunDetails.File] = [:]
        for file in run.details.files where file.outcome.isFailure { byKey[Key(id: file.id, iteration: file.iteration)] = file }
        let failed = keys.compactMap { byKey[$0] }
        let others = run.details.files.filter { !$0.outcome.isFailure }.sorted { ($0.isFlaky ? 0 : 1, $0.file, $0.iteration ?? 0) < ($1.isFlaky ? 0 : 1, $1.file, $1.iteration ?? 0) }
        var shown = failed, size = 0
        for file in failed { size += min(file.file.utf8.count, Self.name * 4) + Self.figures }
        for file in others {
            size += min(file.file.utf8.count, Self.name * 4) + Self.figures
            guard size <= Self.fileBytes else { break }
            shown.append(file)
        }
        return (shown, run.details.files.count - shown.count)
    }

    /// Bytes of a file's figures.
    private static let figures = 56

    private struct FileColumns {
        var names: [ScriptValue] = [], outcomes: [ScriptValue] = [], durations: [ScriptValue] = [], processor: [ScriptValue] = [], tests: [ScriptValue] = []
        var skipped: [ScriptValue] = [], workers: [ScriptValue] = [], begins: [ScriptValue] = [], rounds: [ScriptValue] = []
        var reasons: [ScriptValue] = [], reasonNumbers: [String: Int] = [:], ofFile: [(String, ScriptValue)] = [], flaky: [(String, ScriptValue)] = []

        mutating func add(_ file: RunDetails.File, _ record: FileRecord?, start: Double, at index: Int) {
            let milliseconds = { (seconds: Double) in ScriptValue.number(seconds.isFinite ? Int(max(-1, min(1e12, seconds * 1000)).rounded()) : -1) }
            names.append(.text(SafeText.line(file.file, limit: PageData.name)))
            outcomes.append(.number(Outcome.allCases.firstIndex(of: file.outcome) ?? 0))
            durations.append(milliseconds(file.duration))
            processor.append(milliseconds(file.cpu ?? -1))
            tests.append(.number(file.tests))
            skipped.append(.number(file.skipped))
            workers.append(.number(file.worker ?? -1))
            begins.append(milliseconds(file.finishedAt - file.duration - start))
            if let iteration = file.iteration { rounds.append(.number(iteration)) }
            if !file.outcome.isFailure, let reason = record?.message, !reason.isEmpty { ofFile.append((String(index), .number(number(of: reason)))) }
            if let record, file.isFlaky { flaky.append((String(index), Self.flaky(record))) }
        }

        private mutating func number(of reason: String) -> Int {
            let reason = SafeText.line(reason, limit: 200)
            if let number = reasonNumbers[reason] { return number }
            // A host may give each file another one.
            guard reasons.count < 2000 else { return 0 }
            reasonNumbers[reason] = reasons.count
            reasons.append(.text(reason))
            return reasons.count - 1
        }

        /// `passed in 3 of 4 runs`, then the lines that failed in some of them.
        private static func flaky(_ record: FileRecord) -> ScriptValue {
            let runs = record.runs.map { "passed in \(Human.count($0.passed)) of \(Human.count($0.passed.addingReportingOverflow($0.failed).partialValue, "run"))" }
            let lines = (record.flakyRecords ?? []).prefix(10).map { "line \(Human.count($0.line)) failed in \(Human.count($0.failed)) of \(Human.count($0.runs))" }
            return .text(((runs.map { [$0] } ?? []) + lines).joined(separator: "; "))
        }

        var value: ScriptValue {
            .object([
                ("name", .list(names)), ("outcome", .list(outcomes)), ("duration", .list(durations)), ("cpu", .list(processor)), ("tests", .list(tests)),
                ("skipped", .list(skipped)), ("worker", .list(workers)), ("begin", .list(begins)), ("round", .list(rounds)),
                ("reasons", .list(reasons)), ("reason", .object(ofFile)), ("flaky", .object(flaky)),
            ])
        }
    }
}
