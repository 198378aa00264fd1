import Fleet
import Platform
import RemoteKit

/// A run as a badge: the JSON of shields.io's endpoint.
struct BadgeDocument: Encodable {
    var schemaVersion = 1
    var label = "sqllogictest"
    var message: String
    var color: String

    /// The rate is of all files found; a run that is not whole is no green or red one.
    init(_ run: ReportedRun) {
        let status = run.status
        message = "\(Human.percent(status.passed, of: status.total)) (\(status.passed)/\(status.total))"
        color = switch run.exitCode {
        case .passed: "brightgreen"
        case .testsFailed: Double(status.passed) >= 0.95 * Double(max(1, status.total)) ? "yellow" : Double(status.passed) >= 0.8 * Double(max(1, status.total)) ? "orange" : "red"
        default: "lightgrey"
        }
    }
}
