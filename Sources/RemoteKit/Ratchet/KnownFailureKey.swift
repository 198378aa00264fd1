import Fleet

/// What makes two entries of a list ones of the same failure.
struct KnownFailureKey: Hashable {
    let file: String
    let outcome: Outcome
    let record: RecordIdentity?

    init(_ failure: KnownFailure) {
        file = failure.file
        outcome = failure.outcome
        record = failure.record
    }
}
