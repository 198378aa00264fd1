import Platform
public import TreeSync

/// What `--explain` says of a path.
public struct SyncExplanation: Sendable, Encodable {
    /// The rule that decides.
    public struct Rule: Sendable, Encodable {
        /// `src/.gitignore:3`, `--exclude`, or where the configuration has it.
        public var place: String
        /// As it was written.
        public var pattern: String
        /// The path, or the folder above it, that the pattern matches.
        public var matched: String
    }

    /// The path that was asked about, below the source.
    public var path: TreePath
    /// Whether it is sent.
    public var verdict: RuleExplanation.Verdict
    /// `nil` where no rule matches.
    public var rule: Rule?

    /// One line, without its end.
    public var text: String {
        let by = rule.map { "\(SafeText.line($0.place)): \(SafeText.line($0.pattern))" }
        let what = switch verdict {
        case .sent: by.map { "sent, by \($0)" } ?? "sent, no rule matches"
        case .tracked: "sent, because git tracks it in spite of \(by ?? "the rules")"
        case .excluded: "excluded by \(by ?? "the rules")" + (matchesFolderAbove ? ", which matches \(SafeText.line(rule?.matched ?? ""))" : "")
        case .never: "never sent"
        case .unsupported: "not sent: it is neither file, folder nor link"
        }
        return "\(path): \(what)"
    }

    private var matchesFolderAbove: Bool {
        guard let matched = rule?.matched else { return false }
        return matched != path.description && matched != path.description + "/"
    }
}
