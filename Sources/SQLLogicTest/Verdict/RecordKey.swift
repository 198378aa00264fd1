import Platform

/// Which record of a script is meant, so that it stays the same when lines move.
public struct RecordKey: Sendable, Hashable, Codable {
    /// Of the record's SQL as the script has it, before variables are replaced: the first 16 hexadecimal digits of an MD5. Comments are
    /// blanks, blanks outside of quotes are one space, letters outside of quotes are lower case, and semicolons at the end are dropped. A
    /// command for a shell counts as it is.
    public var digest: String
    /// From 1, among the records with this digest in the order of the script, those included that a condition leaves out. A loop is not
    /// unrolled: all rounds of a record in it are one record.
    public var occurrence: Int
}

/// The keys of all records of a script, made when the first one is asked for.
struct RecordKeys {
    /// Record by record; nil for those without SQL.
    private var digests: [UInt64?] = []

    /// Adds a record.
    /// - Parameter sql: nil where it has none.
    mutating func add(_ sql: UnsafeBufferPointer<UInt8>?) {
        digests.append(sql.map { sql in NormalizedSQL.of(sql).withUnsafeBufferPointer { ResultDigest.word(of: $0) } })
    }

    /// Adds a record with a command for a shell, which has other comments and quotes.
    mutating func add(command: UnsafeBufferPointer<UInt8>) { digests.append(ResultDigest.word(of: command)) }

    /// - Parameter record: its number in the script, from 0.
    func key(of record: Int) -> RecordKey? {
        guard digests.indices.contains(record), let digest = digests[record] else { return nil }
        return RecordKey(digest: Hex.encode(digest), occurrence: digests[...record].count { $0 == digest })
    }
}
