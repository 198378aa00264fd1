import Fleet

/// A badge of shields.io's endpoint (<https://shields.io/badges/endpoint-badge>).
public struct FormerBadge: Encodable, Sendable, Equatable {
    public var schemaVersion = 1
    public var label = "sqllogictest"
    /// `96.6% (602/623)`: of all files found, rounded down, so that only all are 100 %.
    public var message: String
    public var color: String

    public init(_ results: FormerResults) {
        let passed = results.summary.counters.passed, all = results.summary.totalAvailableFiles
        guard all > 0 else {
            (message, color) = ("no files", "lightgrey")
            return
        }
        let tenths = passed * 1000 / all
        message = "\(tenths / 10).\(tenths % 10)% (\(passed)/\(all))"
        color = switch tenths {
        case 1000: "brightgreen"
        case 900...: "green"
        case 700...: "yellow"
        case 500...: "orange"
        default: "red"
        }
    }
}
