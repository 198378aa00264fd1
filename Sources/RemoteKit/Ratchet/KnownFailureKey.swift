import Fleet

/// What makes two entries of a list ones of the same failure.
struct KnownFailureKey: Hashable {
    let file: String
    let outcome: Outcome
    let record: RecordIdentity?

    init(file: String, outcome: Outcome, record: RecordIdentity? = nil) {
        self.file = file
        self.outcome = outcome
        self.record = record
    }

    init(_ failure: KnownFailure) { self.init(file: failure.file, outcome: failure.outcome, record: failure.record) }
}
