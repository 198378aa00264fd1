/// What one engine made of a record.
package enum RecordOutcome: Sendable, Equatable, Codable {
    /// A result, sorted as the record asks.
    case rows(ResultRows)
    /// It ran, and nobody asked for rows.
    case complete
    /// It was refused.
    case refused(message: String, sqlState: String?)
    /// It was not run: it has so many columns.
    case columns(Int)
    /// The engine's program ended while it ran, or it was ended: ``FailureSignature/crashed(_:)``, ``FailureSignature/exit(_:)`` or
    /// ``FailureSignature/timeout``.
    case ended(FailureSignature)

    var isRefused: Bool {
        switch self {
        case .refused, .columns, .ended: true
        case .rows, .complete: false
        }
    }
}

/// A result as it is compared.
package struct ResultRows: Sendable, Equatable, Codable {
    /// Value by value; the first ones, where there are many.
    package var values: [String]
    /// How many values there are.
    package var count: Int
    /// Values in a row; 1 where the values were sorted.
    package var columns: Int
    /// Of all values.
    package var digest: [UInt8]

    /// Bytes of values that are kept.
    static let kept = 1 << 20

    /// - Parameter rows: sorted as `mode` says.
    init(_ rows: borrowing ResultTable, _ mode: SortMode) {
        values = rows.values(limit: Self.kept)
        count = rows.count
        columns = mode == .valuesort ? 1 : max(rows.columns, 1)
        digest = ResultDigest.of(rows.bytes)
    }

    /// A result that a script has.
    /// - Parameter columns: values in a row.
    init(expected values: [String], columns: Int) {
        self.values = values
        self.columns = max(columns, 1)
        count = values.count
        digest = Array((values.joined(separator: "\n") + (values.isEmpty ? "" : "\n")).utf8).withUnsafeBufferPointer { ResultDigest.of($0) }
    }

    /// A result of which a script has only the digest.
    init(count: Int, columns: Int, digest: [UInt8]) {
        values = []
        self.count = count
        self.columns = max(columns, 1)
        self.digest = digest
    }

    func isSame(as other: ResultRows) -> Bool { count == other.count && digest == other.digest }
}
