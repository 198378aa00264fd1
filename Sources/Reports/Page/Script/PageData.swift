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
    /// A file's place in a run: soak runs have each file once a round.
    private struct Key: Hashable {
        let id: Int
        let iteration: Int?
    }

    var json: String {
        var columns = FileColumns(start: start, room: Self.fileBytes)
        let failures = failures(&columns)
        let records = Dictionary(run.details.records.map { (Key(id: $0.id, iteration: $0.iteration), $0) }) { first, _ in first }
        for file in others {
            guard columns.add(file, records[Key(id: file.id, iteration: file.iteration)]) else { break }
        }
        return ScriptValue.object([
            ("outcomes", .list(Outcome.allCases.map { .list([.text($0.word), .text(OutcomeBar.tone($0))]) })),
            ("files", columns.value), ("failures", .list(failures)), ("left", .number(run.details.files.count - columns.count)),
            ("groups", groups.value),
        ]).json
    }

    /// The files that did not fail: what is flaky, then the others by name.
    private var others: [RunDetails.File] {
        run.details.files.filter { !$0.outcome.isFailure }.sorted { ($0.isFlaky ? 0 : 1, $0.file, $0.iteration ?? 0) < ($1.isFlaky ? 0 : 1, $1.file, $1.iteration ?? 0) }
    }

    // MARK: failures

    /// Puts the files that failed first into the list, as far as there is room.
    /// - Returns: their failures in the same order. Each has its share of the bytes; what one leaves is the others'.
    private func failures(_ columns: inout FileColumns) -> [ScriptValue] {
        let all = run.all
        let brief = Dictionary(run.details.files.filter(\.outcome.isFailure).map { (Key(id: $0.id, iteration: $0.iteration), $0) }) { first, _ in first }
        var values: [ScriptValue] = [], remaining = Self.failureBytes
        for (index, file) in all.enumerated() {
            guard let (value, size) = fitting(file, index, remaining / (all.count - index)),
                  let own = brief[Key(id: file.record.id, iteration: file.record.iteration)], columns.add(own, file.record) else { break }
            remaining -= size
            values.append(value)
        }
        return values
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
        CommandWords(host: run.host, hosts: run.hosts, options: run.options).text("run", run.upwards + Glob.literal(file))
    }
}
