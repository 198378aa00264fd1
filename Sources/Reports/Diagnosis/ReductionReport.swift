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
        reduced.summary(of: file, script: script, sql: sql)
    }
}
