import AgentProtocol
import Platform
public import RemoteKit

/// The causes of a run's failures, each with the file that shows it.
public struct CausesReport {
    /// One cause, for programs.
    public struct Cause: Encodable, Sendable {
        /// Failing records of this cause.
        public var records: Int
        /// The record that was reduced, as `FILE:LINE`.
        public var example: String
        /// Why it fails, in one line; what kept it from being reduced where there is no script.
        public var reason: String
        /// The file that was written.
        public var script: String?
        /// Its statements.
        public var statements: Int?
        /// Whether nothing more can go; not there without a script.
        public var isMinimal: Bool?
        /// What kept it from being reduced to its end.
        public var problem: String?
        /// All failing records of this cause, as `FILE:LINE`.
        public var failures: [String]
    }

    /// For programs, those of the most failures first.
    public let causes: [Cause]
    /// Names of files, and what is in them.
    public let files: [(name: String, bytes: [UInt8])]
    private let left: Int
    private let folder: String

    /// - Parameters:
    ///   - left: failing records that were not looked at.
    ///   - folder: where the files are written.
    public init(_ found: [FailureCause], left: Int, folder: String) {
        self.left = left
        self.folder = folder
        var causes: [Cause] = [], files: [(String, [UInt8])] = []
        for (index, cause) in found.enumerated() {
            let name = "\(index + 1).test"
            let first = cause.representative
            var made = Cause(records: cause.members.count, example: "\(first.file):\(first.line)", reason: cause.reduced?.reason ?? cause.problem ?? "", script: nil, statements: nil,
                             failures: cause.members.map { "\($0.file):\($0.line)" })
            if let reduced = cause.reduced {
                made.script = folder + "/" + name
                made.statements = reduced.progress.records
                made.isMinimal = reduced.isMinimal
                made.problem = cause.problem
                files += [(name, reduced.scriptBytes), ("\(index + 1).sql", reduced.sqlBytes)]
            }
            causes.append(made)
        }
        self.causes = causes
        self.files = files
    }

    /// `3 of 7 groups done; 2 at work, such as test/a.test:12: 34 records left, 1,204 tries`
    public static func line(_ progress: CausesProgress) -> String {
        var text = "\(Human.count(progress.ended)) of \(Human.count(progress.groups, "group")) done"
        if let first = progress.atWork.first {
            let count = progress.atWork.count
            text += "; \(count == 1 ? "at work with" : "\(Human.count(count)) at work, such as") \(SafeText.line(first.file, limit: 200)):\(first.line)"
            if progress.records > 0 { text += ": \(Human.count(progress.records, "record")) left" }
        }
        return text + ", \(Human.count(progress.tries, "try", "tries"))"
    }

    /// `478 failing records → 7 causes`, and each of them.
    public var text: String {
        let records = causes.reduce(0) { $0 + $1.records }
        guard records + left > 0 else { return "no failing record of this run is known; reduce a file that failed by its name\n" }
        var lines = ["\(Human.count(records, "failing record")) → \(Human.count(causes.count, "cause"))\(left > 0 ? "; \(Human.count(left, "more record")) \(left == 1 ? "was" : "were") not looked at" : "")"]
        for (index, cause) in causes.enumerated() {
            lines.append("\(index + 1). \(Human.count(cause.records, "record")), such as \(SafeText.line(cause.example, limit: 300)): \(SafeText.sentence(cause.reason, limit: 300))")
            if let script = cause.script {
                let rest = cause.isMinimal == false ? " (not all was tried\(cause.problem.map { ": \(SafeText.sentence($0, limit: 300))" } ?? ""))" : ""
                lines.append("   \(Human.count(cause.statements ?? 0, "statement"))\(rest): \(SafeText.line(script, limit: 1000))")
            } else {
                lines.append("   not reduced")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
