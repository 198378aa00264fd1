/// In what way a record fails. Two candidates fail in the same way if these are equal.
package enum FailureSignature: Sendable, Equatable, Codable {
    /// Other rows than the right ones.
    case rows(RowDifferenceShape)
    /// Exactly this wrong result or error, where nobody can say what is right once the data are others: the digest of all values, or the message.
    case exactly([UInt8])
    /// Another number of columns.
    case columns
    /// Refused, though it is right: the class of the message.
    case refused(String)
    /// Accepted, though it must be refused.
    case accepted
    /// The engine's process ended: the signal's number.
    case crashed(Int32)
    /// It did not end in its time.
    case hung
    /// It was ended at the time limit of a record.
    case timeout
    /// The program that ran it left with this code.
    case exit(Int32)

    /// The runner of the whole file says this of it, without names and numbers that may change.
    case reported(String)

    /// Whether it ended, or has to be ended, whatever is right.
    package var isEnd: Bool {
        switch self {
        case .crashed, .hung, .timeout, .exit: true
        case .rows, .exactly, .columns, .refused, .accepted, .reported: false
        }
    }

    /// In what way `outcome` differs from the right one.
    /// - Returns: nil where it does not.
    static func between(_ outcome: RecordOutcome, right: RecordOutcome, kind: ReductionRecord.Kind, names: ErrorClass) -> FailureSignature? {
        switch (outcome, right) {
        case (.ended(let how), _): return how
        case (_, .ended): return nil
        case (.rows(let actual), .rows(let expected)):
            guard !actual.isSame(as: expected) else { return nil }
            return .rows(RowDifferenceShape(expected: expected, actual: actual, kind: kind))
        case (.columns(let actual), .columns(let expected)) where actual == expected: return nil
        case (.columns, .rows), (.columns, .columns): return .columns
        case (.refused(let message, let state), .rows), (.refused(let message, let state), .complete): return .refused(names.of(message, state))
        case (.rows, .refused), (.complete, .refused), (.rows, .columns), (.columns, .refused): return .accepted
        case (.refused, .refused), (.refused, .columns), (.complete, .complete): return nil
        case (.complete, .rows), (.complete, .columns), (.rows, .complete), (.columns, .complete): return nil
        }
    }
}

/// What two results have in common in their difference, whatever the data: what a person would say in a few words.
package struct RowDifferenceShape: Sendable, Hashable, Codable {
    /// Other rows, another order, or other writing.
    package var category: FailureCategory
    /// Whether there are rows that should not be there, and whether some are missing; both false where they are not known.
    package var hasExtra = false
    package var hasMissing = false

    /// A difference of which only the category is known.
    init(category: FailureCategory) { self.category = category }

    init(expected: ResultRows, actual: ResultRows, kind: ReductionRecord.Kind) {
        category = .wrongRows
        guard case .query(let types, let sortMode) = kind, expected.values.count == expected.count, actual.values.count == actual.count else { return }
        let mismatch = ResultMismatch(columns: actual.columns, areTexts: types.map { $0 == UInt8(ascii: "T") }, sortMode: sortMode,
                                      expected: expected.values, actual: actual.values)
        category = mismatch.judged.category
        guard category == .wrongRows else { return }
        var counts: [ArraySlice<String>: Int] = [:]
        for row in Self.rows(expected) { counts[row, default: 0] += 1 }
        for row in Self.rows(actual) { counts[row, default: 0] -= 1 }
        hasMissing = counts.values.contains { $0 > 0 }
        hasExtra = counts.values.contains { $0 < 0 }
    }

    private static func rows(_ result: ResultRows) -> [ArraySlice<String>] {
        stride(from: 0, to: result.values.count, by: result.columns).map { result.values[$0..<min($0 + result.columns, result.values.count)] }
    }
}
