public import Fleet
import Platform
public import RemoteKit

/// A file that failed, with its failures in the order in which they explain each other.
public struct ReportedFile: Sendable, Equatable {
    public let record: FileRecord
    /// Failures that no other one caused, each with its consequences; some of them when there are many.
    public let blocks: [FailureBlock]
    /// What became of the file before; `nil` where that is not known.
    public var past: FailurePast?
    /// Whether all that fails in it was known to fail when the run started.
    public internal(set) var isKnown = false

    /// - Parameter rows: what explains failures of the file.
    public init(_ record: FileRecord, rows: [FailureRows] = [], past: FailurePast? = nil) {
        self.record = record
        self.past = past
        blocks = Self.blocks(record.failures, rows)
    }

    /// Failed records that follow from others. Beside the others, not among them.
    public var consequences: Int { record.consequences ?? record.failures.count { $0.causedBy != nil } }

    /// Failed records that the record of the file does not have in full.
    public var unseen: Int { max(0, record.errors - record.failures.count) }

    /// Failed records that no other one caused. The sqlite dialect counts each wrong value of a record as an error, so they are counted where all are there.
    var own: Int { unseen > 0 || blocks.isEmpty ? max(0, record.errors - consequences) : blocks.count }

    /// Where to look first: `test/a.test:12`, or `test/a.test (test/part.slt:3)` for a script that it includes. Relative to the workspace.
    public var place: String { place(of: blocks.first) }

    /// The same for one of ``blocks``; without one, where the file ended.
    func place(of block: FailureBlock?) -> String {
        let line = block?.line ?? record.stoppedAt ?? 0
        return RecordPlace.text(record.file, line > 0 ? line : nil, script: block?.failure.script, limit: 1000)
    }

    /// The line of the file itself to look at first; `nil` where none is known, and where the first failure is one of a script that it includes.
    public var line: Int? {
        guard let first = blocks.first else { return record.stoppedAt.flatMap { $0 > 0 ? $0 : nil } }
        return first.failure.script == nil && first.line > 0 ? first.line : nil
    }

    /// ``title``, with the place before it where that is in a script that the file includes: for formats whose lines are of the file.
    var placedTitle: String {
        guard let first = blocks.first, let script = first.failure.script else { return title }
        return RecordPlace.text(script, first.line, script: nil) + ": " + title
    }

    /// What is wrong, in one line: `wrong rows`, `timed out: killed after 5m00s`.
    public var title: String {
        guard record.outcome == .fail, let first = blocks.first else {
            let message = SafeText.line(record.message ?? "", limit: 300)
            // What the worker says of want of memory begins with the outcome.
            return message.hasPrefix(record.outcome.word + ":") ? message : record.outcome.word + (message.isEmpty ? "" : ": \(message)")
        }
        return first.title
    }

    /// `3 records, and 2 consequences`; empty where there is one.
    public var extent: String {
        let parts = [own > 1 ? Human.count(own, "record") : "", consequences > 0 ? Human.count(consequences, "consequence") : ""]
        return parts.filter { !$0.isEmpty }.joined(separator: " and ")
    }

    /// Of its first failure; `nil` where it was not one of a record.
    public var kind: FailureKind? { record.outcome == .fail ? blocks.first?.kind : nil }

    // MARK: grouping

    /// Where a record begins: lines of an included script are others.
    private struct Place: Hashable {
        var script: String?
        var line: Int
    }

    private static func blocks(_ failures: [RecordFailure], _ rows: [FailureRows]) -> [FailureBlock] {
        var byLine: [Place: FailureRows] = [:]
        for rows in rows { byLine[Place(script: rows.script, line: rows.recordLine)] = rows }
        var blocks: [FailureBlock] = [], caused: [(Int, RecordFailure)] = [], places: [Place: Int] = [:], lines: [Int: Int] = [:]
        for failure in failures {
            if let cause = failure.causedBy {
                caused.append((cause, failure))
            } else if let last = blocks.last, isOneRecord(last.failure, failure) {
                blocks[blocks.count - 1].others.append(failure)
            } else {
                blocks.append(FailureBlock(failure, rows: byLine[Place(script: failure.script, line: failure.recordLine ?? failure.line)]))
            }
        }
        for (index, block) in blocks.enumerated() {
            for line in [block.failure.recordLine, block.failure.line].compactMap(\.self) {
                let place = Place(script: block.failure.script, line: line)
                places[place] = places[place] ?? index
                lines[line] = lines[line] ?? index
            }
        }
        var orphans: [FailureBlock] = []
        for (cause, failure) in caused {
            // What caused it may be in another script than it, or may not have been kept.
            if let index = places[Place(script: failure.script, line: cause)] ?? lines[cause] { blocks[index].consequences.append(failure) } else { orphans.append(FailureBlock(failure, rows: nil)) }
        }
        return blocks + orphans
    }

    private static func isOneRecord(_ one: RecordFailure, _ other: RecordFailure) -> Bool {
        guard one.script == other.script else { return false }
        if let line = one.recordLine, let next = other.recordLine { return line == next }
        // Older releases do not say where a record begins.
        return one.recordLine == nil && other.recordLine == nil && !one.sql.isEmpty && one.sql == other.sql && other.line >= one.line && one.message == other.message
    }
}
