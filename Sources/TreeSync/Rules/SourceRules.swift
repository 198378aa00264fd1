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
    /// A file of patterns in `.gitignore` syntax (git's `core.excludesFile`); counts only with `gitignore`.
    public var globalExcludesFile: String?

    public init(excludes: [String] = [], gitignore: Bool = true, sltignore: Bool = true, globalExcludesFile: String? = nil) {
        self.excludes = excludes
        self.gitignore = gitignore
        self.sltignore = sltignore
        self.globalExcludesFile = globalExcludesFile
    }

    /// Everything is sent but `.git`.
    public static let everything = SourceRules(gitignore: false, sltignore: false)
}
