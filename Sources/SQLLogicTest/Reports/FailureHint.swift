/// What a person can do about a failure, where its message does not say it.
enum FailureHint {
    /// One line, which begins with the category.
    static func of(_ failure: ScriptFailure) -> String? {
        guard let category = failure.category else { return nil }
        return switch category {
        case .rowOrder: "\(category.rawValue): the same rows in another order; add rowsort to the record, or ORDER BY to the query"
        case .formatting: "\(category.rawValue): the same values, written in another way\(noise(failure.ulps))"
        case .script where ["wrong result", "query result mismatch"].contains(failure.message): "\(category.rawValue): the record's result is not sorted as its sort mode says"
        case .wrongRows, .columns, .unexpectedError, .unexpectedSuccess, .wrongError, .timeout, .script, .other: nil
        }
    }

    private static func noise(_ ulps: Int?) -> String {
        guard let ulps else { return "" }
        return ulps == 1 ? "; floats are 1 ULP (unit in the last place) apart" : "; floats are up to \(ulps) ULPs (units in the last place) apart"
    }
}
