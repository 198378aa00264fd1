/// Whether a path of a source would be sent, and what decides that.
public struct RuleExplanation: Sendable, Hashable {
    /// What becomes of a path.
    public enum Verdict: String, Sendable, Codable {
        /// A sync sends it.
        case sent
        /// Sent because git tracks it, or something in it, though the rule excludes it.
        case tracked
        /// A rule leaves it out.
        case excluded
        /// `.git`, and what a receiver is still writing: whatever the rules say.
        case never
        /// Neither file, folder nor link.
        case unsupported
    }

    /// The pattern that decides.
    public struct Rule: Sendable, Hashable {
        /// Where a rule is written.
        public enum Place: Sendable, Hashable {
            /// A file, below the root by its path there, else absolute; with the line, from 1.
            case file(String, line: Int)
            /// One of ``SourceRules/excludes``, by its index.
            case patterns(Int)
        }

        /// Where it is written.
        public var place: Place
        /// As it is written, `!` and all.
        public var text: String
        /// What it matches: the path itself, or a folder above it, with a slash at the end where it is a folder.
        public var matched: String
    }

    /// The path that was asked about, below the root.
    public var path: TreePath
    /// What becomes of it.
    public var verdict: Verdict
    /// `nil` where no rule matches, or none is asked.
    public var rule: Rule?

    /// Whether a sync sends it.
    public var isSent: Bool { verdict == .sent || verdict == .tracked }
}
