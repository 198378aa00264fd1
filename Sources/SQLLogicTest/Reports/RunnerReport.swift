/// A verdict in the words of SQLite's own runner (sqllogictest.c).
public enum RunnerReport {
    /// One line: `FILE:LINE: what is wrong`.
    public static func line(_ failure: ScriptFailure, file: String) -> String {
        let place = "\(failure.file ?? file):\(failure.line): \(failure.message)"
        guard failure.kind == .wrongValue else { return place }
        return place + " - expected [\(failure.expected)] got [\(failure.actual)]"
    }

    /// The lines of all kept failures, then that of a `halt`, then the summary. Each ends in a line end.
    public static func text(_ verdict: FileVerdict, file: String) -> String {
        var report = ""
        for failure in verdict.failures { report += line(failure, file: file) + "\n" }
        let hidden = verdict.errors - verdict.failures.count
        if hidden > 0 { report += "\(file): \(hidden) more errors not shown\n" }
        if let halt = verdict.haltLine { report += "\(file):\(halt): halt\n" }
        return report + summary(verdict, file: file) + "\n"
    }

    /// One line: how many errors, tests and skipped records there were.
    public static func summary(_ verdict: FileVerdict, file: String) -> String {
        "\(verdict.errors) errors out of \(verdict.tests) tests in \(file) - \(verdict.skipped) skipped."
    }
}
