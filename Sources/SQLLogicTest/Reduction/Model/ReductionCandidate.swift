/// The records of a file that may fail in the same way; the last one is the one that fails.
package struct ReductionCandidate: Sendable, Hashable {
    package var records: [ReductionRecord]

    package init(_ records: [ReductionRecord]) { self.records = records }

    /// Bytes of SQL.
    package var size: Int { records.reduce(0) { $0 + $1.sql.count } }

    /// Whether it is smaller than another one: fewer records, or as many with less SQL.
    func isSmaller(than other: ReductionCandidate) -> Bool {
        records.count != other.records.count ? records.count < other.records.count : size < other.size
    }

    /// Without the records for which `isGone` is true; the last one always stays.
    package func without(where isGone: (Int) -> Bool) -> ReductionCandidate {
        ReductionCandidate(records.indices.filter { $0 == records.count - 1 || !isGone($0) }.map { records[$0] })
    }
}
