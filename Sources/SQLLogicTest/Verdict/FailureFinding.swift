/// What the failures of one record have in common.
struct FailureFinding {
    var recordLine: Int
    var category: FailureCategory
    var identity: RecordKey?
    var ulps: Int?
    var isHashed: Bool?
    var causedBy: Int?

    init(recordLine: Int, category: FailureCategory) {
        self.recordLine = recordLine
        self.category = category
    }

    func complete(_ failure: inout ScriptFailure) {
        failure.recordLine = recordLine
        failure.category = category
        failure.identity = identity
        failure.ulps = ulps
        failure.isHashed = isHashed
        failure.causedBy = causedBy
    }
}
