/// What is asked of each candidate: whether its last record fails as the first one did.
package struct TrialQuestion: Sendable, Codable {
    /// In what way it has to fail.
    package var signature: FailureSignature
    /// What is right for the last record, where no reference says it.
    package var expected: RecordOutcome?
    /// Tells errors apart.
    package var errors: ErrorClass
    /// Whether the right answer may hang on the order in which rows are read, as that of the first candidate does.
    package var allowsUnordered = false

    package init(_ signature: FailureSignature, expected: RecordOutcome?, errors: ErrorClass) {
        self.signature = signature
        self.expected = expected
        self.errors = errors
    }

    /// In what way a record failed.
    /// - Parameter exactly: whether a wrong result counts as it is, because nobody says what is right for another one.
    /// - Returns: nil if it held.
    package static func signature(of end: Trial.End, _ kind: ReductionRecord.Kind, expected: RecordOutcome?, errors: ErrorClass) -> FailureSignature? {
        // Whatever is right, the end of the program is not.
        if case .ended(let how) = end.engine { return how }
        guard let right = end.reference ?? expected, let found = FailureSignature.between(end.engine, right: right, kind: kind, names: errors) else { return nil }
        guard end.reference == nil else { return found }
        switch end.engine {
        case .rows(let rows): return .exactly(rows.digest)
        case .refused(let message, let state): return .exactly(Array("\(state ?? "") \(message)".utf8))
        case .columns(let count): return .exactly(Array("\(count) columns".utf8))
        case .complete, .ended: return found
        }
    }

    package func judge(_ end: Trial.End, _ kind: ReductionRecord.Kind) -> Judgement {
        if end.isUnordered, !allowsUnordered { return .invalid(.unordered) }
        guard let found = Self.signature(of: end, kind, expected: expected, errors: errors) else { return .passes }
        return judge(found)
    }

    package func judge(_ found: FailureSignature) -> Judgement { found == signature ? .same : .otherwise(found) }
}
