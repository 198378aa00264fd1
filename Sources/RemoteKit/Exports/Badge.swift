/// A badge of shields.io's endpoint (<https://shields.io/badges/endpoint-badge>), by one rule wherever it is written.
public struct Badge: Encodable, Sendable, Equatable {
    public var schemaVersion = 1
    public var label = "sqllogictest"
    /// `96.6% (602/623)`: of all files found, rounded down, so that only all are 100 %.
    public var message: String
    public var color: String

    /// - Parameters:
    ///   - passed: files.
    ///   - all: files that were found.
    ///   - isWhole: whether the run could be ended; one that is not whole is no green or red one.
    public init(passed: Int, of all: Int, isWhole: Bool = true) {
        guard all > 0 else {
            (message, color) = ("no files", "lightgrey")
            return
        }
        let tenths = passed >= all ? 1000 : min(999, Int(Double(max(0, passed)) / Double(all) * 1000))
        message = "\(tenths / 10).\(tenths % 10)% (\(passed)/\(all))"
        color = switch tenths {
        case _ where !isWhole: "lightgrey"
        case 1000: "brightgreen"
        case 900...: "green"
        case 700...: "yellow"
        case 500...: "orange"
        default: "red"
        }
    }

    public init(_ results: FormerResults) {
        self.init(passed: results.summary.counters.passed, of: results.summary.totalAvailableFiles)
    }
}
