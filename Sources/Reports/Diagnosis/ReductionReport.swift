public import AgentProtocol
import Platform

/// How a reduction goes and what came of it, for people.
public enum ReductionReport {
    /// The line that shows how the file shrinks.
    public static func line(_ progress: ReductionProgress) -> String {
        "reducing: \(Human.count(progress.records, "record")), \(Human.bytes(progress.bytes)) of SQL, \(Human.count(progress.tries, "try", "tries"))"
    }

    /// What is left, and why it fails.
    /// - Parameters:
    ///   - file: its name in the source tree.
    ///   - script: where the reproducer was written.
    ///   - sql: where its statements were written; nil where they were not.
    public static func text(_ reduced: ReducedFile, of file: String, script: String, sql: String?) -> String {
        let progress = reduced.progress
        var lines = ["\(SafeText.line(file, limit: 500))\(reduced.line > 0 ? ":\(reduced.line)" : ""): \(Human.count(reduced.total, "record")) → \(Human.count(progress.records, "record")) "
            + "(\(Human.count(progress.tries, "try", "tries")), \(Human.fixed(reduced.seconds, 1)) s)\(reduced.isMinimal ? "" : "; not all was tried: the same command goes on")"]
        lines.append(reduced.line > 0 ? "It fails because \(reduced.reason)." : "It is left because \(reduced.reason).")
        if let flakiness = reduced.flakiness { lines.append(flakiness) }
        if let resumption = reduced.resumption { lines.append(resumption) }
        switch reduced.confirmation {
        case nil: lines.append("The reproducer was not run once more.")
        case ""?: break
        case let problem?: lines.append("warning: run alone, the reproducer does not fail where it must: \(problem)")
        }
        lines.append("wrote \(SafeText.line(script, limit: 1000))\(sql.map { " and \(SafeText.line($0, limit: 1000))" } ?? "")")
        return lines.joined(separator: "\n") + "\n"
    }
}
