/// Whether a path of a source would be sent, and what decides that.
public struct RuleExplanation: Sendable, Hashable {
    public enum Verdict: String, Sendable, Codable {
        case sent
        /// Sent because git tracks it, or something in it, though the rule excludes it.
        case tracked
        case excluded
        /// `.git`, and what a receiver is still writing: whatever the rules say.
        case never
        /// Neither file, folder nor link.
        case unsupported
    }

    /// The pattern that decides.
    public struct Rule: Sendable, Hashable {
        public enum Place: Sendable, Hashable {
            /// A file, below the root by its path there, else absolute; with the line, from 1.
            case file(String, line: Int)
            /// One of ``SourceRules/excludes``, by its index.
            case patterns(Int)
        }

        public var place: Place
        /// As it is written, `!` and all.
        public var text: String
        /// What it matches: the path itself, or a folder above it, with a slash at the end where it is a folder.
        public var matched: String
    }

    public var path: TreePath
    public var verdict: Verdict
    /// `nil` where no rule matches, or none is asked.
    public var rule: Rule?

    public var isSent: Bool { verdict == .sent || verdict == .tracked }
}

extension SourceRules {
    /// Judges one path as a sync would.
    /// - Parameters:
    ///   - path: below `root`; what it names has to be there.
    ///   - root: a folder.
    /// - Throws: ``SyncError`` where it is not there or a rule file cannot be read.
    public func explain(_ path: TreePath, root: String) throws -> RuleExplanation {
        try RuleExplainer(self, root: root).explain(path)
    }
}
