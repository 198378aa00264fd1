/// The pattern that decides on an entry, by where it stands.
struct RuleMatch: Sendable {
    enum Origin: Sendable, Hashable {
        case configuration
        case sltignore
        case gitignore
        /// `info/exclude`.
        case repository
        /// The user's global excludes.
        case user

        /// Whether git knows the rule too.
        var isGit: Bool { self != .configuration && self != .sltignore }
    }

    var origin: Origin
    /// How many bytes of a full path the folder of the rule file takes, with its slash.
    var baseLength: Int
    /// From 1.
    var line: Int
    /// Whether it includes what it matches.
    var isNegated: Bool
}

/// What becomes of an entry of a source.
enum RuleJudgement: Sendable {
    case sent
    case excluded
    /// Sent because git tracks it, or something below it, though its rules exclude it.
    case tracked
}
