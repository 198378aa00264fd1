public import Fleet
import Platform

/// All that is wrong with one record of a file, and what followed from it.
public struct FailureBlock: Sendable, Equatable {
    /// The first failure of the record.
    public let failure: RecordFailure
    /// Further ones of the same record, such as other values.
    public internal(set) var others: [RecordFailure] = []
    /// The rows behind it, where they were kept.
    public let rows: FailureRows?
    /// Records that failed because this one did.
    public internal(set) var consequences: [RecordFailure] = []

    init(_ failure: RecordFailure, rows: FailureRows?) {
        self.failure = failure
        self.rows = rows
    }

    /// What kind of failure it is; rows know more than a hash.
    public var kind: FailureKind { rows?.kind ?? failure.kind ?? .other }

    /// The most units in the last place that floats differ by, where all differences are such.
    public var ulps: Int? { rows?.ulps ?? failure.ulps }

    /// Where to look, from 1.
    public var line: Int { failure.line }

    /// In one line: `wrong rows`, `statement error: no such table: t`.
    public var title: String {
        guard kind.isOfRows else { return message.isEmpty ? kind.words : SafeText.line(message, limit: 300) }
        return kind.words + (ulps.map { " (\(Human.count($0)) ULP\($0 == 1 ? "" : "s"))" } ?? "")
    }

    /// What the runner said; the place in a script that was included is told where the place is.
    private var message: String {
        guard let prefix = failure.script.map({ "in \($0): " }), failure.message.hasPrefix(prefix) else { return failure.message }
        return String(failure.message.dropFirst(prefix.count))
    }

    /// `line 12`, or `line 3 of test/part.slt` for one of ``consequences`` that is of another script.
    func line(of consequence: RecordFailure, in file: String) -> String {
        RecordPlace.line(consequence.line, script: consequence.script == failure.script ? nil : consequence.script ?? file)
    }

    /// What can be done, and whose rows those are that were expected; none where there is nothing to say.
    public var notes: [String] {
        var notes = (ulps == nil ? kind.hint : Self.roundingHint).map { [$0] } ?? []
        if let proof = rows?.provenBy { notes.append("expected rows, proven by \(SafeText.line(proof, limit: 100))") }
        if failure.isHashed == true, rows?.expected == nil {
            notes.append("the expected rows are not known" + (rows?.unknown.map { ": \(SafeText.line($0, limit: 300))" } ?? ""))
        }
        return notes
    }

    private static let roundingHint: String? = "the floats differ in their last digits; round them in the query, or expect the new ones"

    /// What was expected (`-`) beside what came (`+`), aligned; none where nothing was compared.
    /// - Parameters:
    ///   - most: lines.
    ///   - style: its width is that of a line.
    func difference(_ style: Style, most: Int) -> [String] {
        if let rows {
            if let difference = RowDifference(rows, most: most) { return bounded(difference.text(style), most) }
            let width = max(1, rows.columns)
            let split = stride(from: 0, to: rows.actual.count, by: width).map { Array(rows.actual[$0..<min($0 + width, rows.actual.count)]) }
            return bounded(RowDifference(expected: [], actual: split, most: most).text(style), most)
        }
        let all = ([failure] + others).filter { !$0.expected.isEmpty || !$0.actual.isEmpty }
        if all.count <= 1 { return all.first.map { bounded(Self.lines($0, style, most), most) } ?? [] }
        return bounded(all.prefix(most).flatMap { failure in Self.lines(failure, style, most).map { "\(failure.line): \($0)" } }, most)
    }

    private static func lines(_ failure: RecordFailure, _ style: Style, _ most: Int) -> [String] {
        let (expected, actual) = (rows(failure.expected), rows(failure.actual))
        // Values are told apart where each row has as many of them.
        let isTable = Set((expected + actual).map(\.count)).count == 1
        let table = { (rows: [[String]]) in isTable ? rows : rows.map { [$0.joined(separator: "\t")] } }
        return RowDifference(expected: table(expected), actual: table(actual), most: most).text(style)
    }

    /// The rows of a text, and the values of each, which a tab follows but for the last.
    private static func rows(_ text: String) -> [[String]] {
        // The break at the end is no row.
        let lines = (text.hasSuffix("\n") ? text.dropLast() : text[...]).split(separator: "\n", omittingEmptySubsequences: false)
        return text.isEmpty ? [] : lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
    }

    private func bounded(_ lines: [String], _ most: Int) -> [String] {
        lines.count <= most ? lines : lines.prefix(max(0, most - 1)) + ["… and \(Human.count(lines.count - max(0, most - 1), "more line"))"]
    }
}
