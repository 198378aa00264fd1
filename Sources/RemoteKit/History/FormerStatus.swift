public import Fleet

/// The words that the scripts which this replaces had for an outcome.
public enum FormerStatus: String, Sendable {
    case pass = "PASS", fail = "FAIL", timeout = "TIMEOUT", untested = "UNTESTED"

    /// What was kept out was not tested; whatever else did not hold has failed.
    public init(_ outcome: Outcome) {
        self = switch outcome {
        case .pass: .pass
        case .timeout: .timeout
        case .fail, .crashed, .outOfMemory, .unreadable: .fail
        case .blocked, .unsupported, .skipped, .untested: .untested
        }
    }
}
