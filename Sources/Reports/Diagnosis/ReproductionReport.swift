import Fleet
import Platform
public import RemoteKit

/// What running a file once more has shown, for people.
public struct ReproductionReport {
    private let reproduction: Reproduction
    private let target: DiagnosisTarget
    private let place: String

    /// - Parameter place: where it was run: `here`, `on sandbox`.
    public init(_ reproduction: Reproduction, _ target: DiagnosisTarget, place: String) {
        self.reproduction = reproduction
        self.target = target
        self.place = place
    }

    /// The verdict in one line, what is not as it was, and the failure.
    public func screen(_ style: Style) -> ScreenText {
        var record = reproduction.record
        record.failures = reproduction.failures
        // The rows behind its hash are those of the run, where it fails as it did there.
        let rows = reproduction.verdict == .same ? target.record.flatMap { known in target.run?.rows(of: known.id) } ?? [] : []
        let file = ReportedFile(record, rows: rows)
        let name = RecordPlace.text(target.file, target.line, script: nil)
        var lines = [style.paint(name, .bold) + ": " + style.paint(verdict, reproduction.verdict == .passes ? .green : .red)]
        lines += reproduction.differences.map { style.paint("  differs from the run: \(SafeText.line($0, limit: 500))", .yellow) }
        if !reproduction.failures.isEmpty || record.outcome.isFailure, record.outcome != .pass, reproduction.verdict != .passes {
            let section = FailureSection(files: [file], total: 1, extent: .whole, all: "")
            lines += section.lines(style, now: 0).dropFirst()
        }
        if let note = reproduction.databaseNote { lines.append(style.paint("note on the database: \(SafeText.line(note, limit: 500))", .yellow)) }
        if let database = reproduction.database { lines.append("the database as it is now\(place == "here" ? "" : ", \(place)"): \(SafeText.line(database, limit: 1000))") }
        return ScreenText(lines.joined(separator: "\n") + "\n", style)
    }

    private var verdict: String {
        let run = reproduction.run.map { " as in run \($0)" } ?? ""
        return switch reproduction.verdict {
        case .same: "fails \(place) in the same way\(run)"
        case .alike: "fails \(place) with the same kind of failure\(run), but other words or rows"
        case .otherwise: "fails \(place) in another way than in run \(reproduction.run ?? "")"
        case .passes: "passes \(place)"
        case .fails: "fails \(place)"
        }
    }
}
