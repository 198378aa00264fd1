public import Fleet

/// What tells one cause of failures from another before any of them is understood: the kind of failure, the words of the message, the way in
/// which rows differ, and what the SQL is made of.
public struct FailureFeatures: Hashable, Sendable, Encodable {
    /// How it failed.
    public let kind: FailureKind
    /// The message without names and numbers.
    public let message: String
    /// Whether rows are missing, and whether some are there that should not be; both false where only hashes are known.
    public let hasMissing: Bool
    public let hasExtra: Bool
    /// Words of the SQL that say what it does, sorted.
    public let words: [String]

    /// - Parameter rows: the rows behind its hash, where they are known.
    init(_ failure: RecordFailure, rows: FailureRows?) {
        kind = failure.kind ?? .other
        message = MessageShape.of(failure.message)
        let isKnown = failure.isHashed != true
        let expected = rows?.expected ?? (isKnown ? failure.expected.split(separator: "\n").map(String.init) : nil)
        let actual = rows?.actual ?? failure.actual.split(separator: "\n").map(String.init)
        if let expected, expected.last != "…", actual.last != "…" {
            var counts: [String: Int] = [:]
            for row in expected { counts[row, default: 0] += 1 }
            for row in actual { counts[row, default: 0] -= 1 }
            hasMissing = counts.values.contains { $0 > 0 }
            hasExtra = counts.values.contains { $0 < 0 }
        } else {
            (hasMissing, hasExtra) = (false, false)
        }
        words = Self.words(of: failure.sql)
    }

    /// Constructs in which engines differ. What nearly every query has says nothing.
    private static let telling: Set<String> = [
        "join", "left", "natural", "cross", "group", "having", "distinct", "union", "except", "intersect", "limit", "offset", "exists", "like", "glob", "case", "cast", "over", "recursive",
        "count", "sum", "avg", "min", "max", "total", "coalesce", "nullif", "abs", "insert", "update", "delete", "replace", "create", "drop", "alter", "index", "view", "trigger", "collate",
        "pragma", "analyze", "reindex", "vacuum", "begin", "rollback", "returning",
    ]

    private static func words(of sql: String) -> [String] {
        var found: Set<String> = []
        for word in SQLNames.words(of: sql) where telling.contains(word.text) || word.isCall { found.insert(word.text) }
        return found.sorted()
    }
}

/// Failing records of a run that seem to have one cause.
public struct SimilarFailures: Sendable {
    /// What they have in common.
    public let features: FailureFeatures
    /// One failing record.
    public struct Member: Sendable, Equatable {
        /// Relative to the workspace.
        public let file: String
        /// Where it begins.
        public let line: Int
    }

    /// In the order of the files.
    public internal(set) var members: [Member]

    /// The groups of a run's failures, the largest first. Consequences of other failures are none.
    /// - Throws: ``RemoteError`` `results` where the records cannot be read.
    public static func all(of run: RunFolder) throws(RemoteError) -> [SimilarFailures] {
        var places: [FailureFeatures: Int] = [:], groups: [SimilarFailures] = []
        do {
            try run.forEachRecord { record in
                guard record.outcome.isFailure else { return true }
                let rows = Dictionary(run.rows(of: record.id).map { ($0.recordLine, $0) }) { first, _ in first }
                for failing in FailingRecord.list(record).roots where failing.first.script == nil {
                    let features = FailureFeatures(failing.first, rows: rows[failing.line])
                    let member = Member(file: record.file, line: failing.line)
                    if let place = places[features] {
                        groups[place].members.append(member)
                    } else {
                        places[features] = groups.count
                        groups.append(SimilarFailures(features: features, members: [member]))
                    }
                }
                return true
            }
        } catch {
            throw RemoteError(.results, "cannot read the records of run \(run.spec.id): \(error)")
        }
        return groups.enumerated().sorted { ($1.element.members.count, $0.offset) < ($0.element.members.count, $1.offset) }.map(\.element)
    }
}
