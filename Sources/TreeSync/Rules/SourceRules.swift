/// What of a source is left out, and so protected on the receiver.
///
/// An entry is judged by the first of these that has a matching pattern: the configuration's excludes; `.sltignore`
/// files, the nearest first; `.gitignore` files, the nearest first, up to the top of the repository that the source
/// lies in; the repository's `info/exclude`; the user's global excludes. What lies in an excluded folder is excluded.
/// `.git`, folder or file, always is.
public struct SourceRules: Sendable, Codable, Hashable {
    /// Patterns in `.gitignore` syntax, relative to the source's root.
    public var excludes: [String]
    /// Whether `.gitignore` files and the repository's `info/exclude` count.
    public var gitignore: Bool
    /// Whether `.sltignore` files count.
    public var sltignore: Bool
    /// Whether git is asked for the user's settings: `core.excludesFile` and `core.ignoreCase`; counts only with `gitignore`.
    public var usesGitSettings: Bool

    /// The defaults are those of a plain sync.
    public init(excludes: [String] = [], gitignore: Bool = true, sltignore: Bool = true, usesGitSettings: Bool = false) {
        self.excludes = excludes
        self.gitignore = gitignore
        self.sltignore = sltignore
        self.usesGitSettings = usesGitSettings
    }

    /// Everything is sent but `.git`.
    public static let everything = SourceRules(gitignore: false, sltignore: false)
}
