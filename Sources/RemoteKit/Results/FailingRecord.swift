import Fleet

/// One failing record of a file with all its failures, and how many others fail for it.
struct FailingRecord: Sendable {
    /// Which record. Where the run did not say, it is made from the record's text, or from the message, and begins with `text:`.
    let identity: RecordIdentity
    /// Where the record begins, from 1.
    let line: Int
    /// Never empty; several when several of its lines are wrong.
    private(set) var failures: [RecordFailure]
    /// Records that fail as a consequence of this one.
    private(set) var followers = 0

    var first: RecordFailure { failures[0] }
    var kind: FailureKind { first.kind ?? .other }

    /// Whether a run knows of the record that knows all up to a line of the file, or all of it. Where an included script stands in the file is not told.
    func isWithin(_ line: Int?) -> Bool { line.map { first.script == nil && self.line <= $0 } ?? true }

    /// - Returns: the first failure of each root, the records that are consequences folded under it, and those consequences.
    /// - Parameter fromText: make all identities from texts, to compare with a run that has no others.
    static func list(_ record: FileRecord, fromText: Bool = false) -> (roots: [FailingRecord], followers: [FailingRecord]) {
        let all = grouped(record.failures, fromText: fromText)
        var byLine: [Int: Int] = [:]
        for (index, group) in all.enumerated() {
            for line in [group.line] + group.failures.map(\.line) where byLine[line] == nil { byLine[line] = index }
        }
        var roots = all, isRoot = [Bool](repeating: true, count: all.count)
        for index in all.indices {
            guard let root = root(of: index, all, byLine), root != index else { continue }
            isRoot[index] = false
            roots[root].followers += 1
        }
        return (roots.indices.filter { isRoot[$0] }.map { roots[$0] }, all.indices.filter { !isRoot[$0] }.map { all[$0] })
    }

    /// Causes lead backwards; what leads elsewhere came from a host and is no cause.
    private static func root(of index: Int, _ all: [FailingRecord], _ byLine: [Int: Int]) -> Int? {
        var index = index
        while let cause = all[index].first.causedBy.flatMap({ byLine[$0] }), cause < index { index = cause }
        return index
    }

    private enum Group: Hashable {
        case identity(RecordIdentity)
        case place(script: String?, line: Int)
    }

    private static func grouped(_ failures: [RecordFailure], fromText: Bool) -> [FailingRecord] {
        var found: [FailingRecord] = [], places: [Group: Int] = [:], counts: [String: Int] = [:]
        for failure in failures {
            let line = failure.recordLine ?? failure.line
            let known = fromText ? nil : failure.identity
            let group = known.map { Group.identity($0) } ?? .place(script: failure.script, line: line)
            if let place = places[group] {
                found[place].failures.append(failure)
                continue
            }
            places[group] = found.count
            let identity = known ?? made(from: failure, &counts)
            found.append(FailingRecord(identity: identity, line: line, failures: [failure]))
        }
        return found
    }

    private static func made(from failure: RecordFailure, _ counts: inout [String: Int]) -> RecordIdentity {
        let text = failure.sql.isEmpty ? failure.message : failure.sql
        let words = text.lowercased().split { $0.isWhitespace }.joined(separator: " ")
        let digits = String(StableHash.of(words.utf8, 0), radix: 16)
        counts[digits, default: 0] += 1
        return RecordIdentity(digest: "text:" + String(repeating: "0", count: 16 - digits.utf8.count) + digits, occurrence: counts[digits] ?? 1)
    }
}

extension FileRecord {
    /// The line behind which nothing is known of the file's records: it was not run further, or its list of failures is full. `nil` where all is known.
    /// - Parameter stopsAtFailure: whether files of its dialect end at their first failure; records of older releases do not say so themselves.
    func knownUntil(stopsAtFailure: Bool) -> Int? {
        let last = failures.map { $0.recordLine ?? $0.line }.max()
        let isOld = failures.allSatisfy { $0.kind == nil }
        let stop = stoppedAt ?? (stopsAtFailure && outcome == .fail && isOld ? last : nil)
        let isFull = failures.count >= FileRecord.failuresKept && errors > Set(failures.map { $0.recordLine ?? $0.line }).count
        let full = isFull ? last : nil
        return [stop, full].compactMap(\.self).min()
    }
}
