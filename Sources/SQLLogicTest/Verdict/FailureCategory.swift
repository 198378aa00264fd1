/// What a person has to do about a failing record: each needs another repair. ``ScriptFailure/Kind`` says how the runner noticed.
public enum FailureCategory: String, Sendable, Codable, CaseIterable {
    /// Other rows than the script has, also more or fewer of them.
    case wrongRows = "wrong-rows"
    /// The same rows in another order, where the record has no sort mode.
    case rowOrder = "row-order"
    /// The same values, written in another way: `1` and `1.0`, trailing zeros, floats a few units in the last place apart.
    case formatting
    /// Another number of columns.
    case columns
    /// A statement or query failed that must not.
    case unexpectedError = "unexpected-error"
    /// A statement or query succeeded that must fail.
    case unexpectedSuccess = "unexpected-success"
    /// A statement or query failed as it must, but with another error.
    case wrongError = "wrong-error"
    /// A statement or query was ended because it took too long.
    case timeout
    /// The script itself is wrong.
    case script
    /// None of these, such as a process that ended.
    case other
}

extension ScriptFailure.Kind {
    /// What such a failure mostly is.
    var category: FailureCategory {
        switch self {
        case .wrongValue, .tooManyRows, .tooFewRows, .wrongHash, .label: .wrongRows
        case .statementFailed, .queryFailed: .unexpectedError
        case .statementSucceeded: .unexpectedSuccess
        case .timeout: .timeout
        case .script: .script
        case .memory, .lost: .other
        }
    }
}
