/// What git's rules are in a repository besides its `.gitignore` files.
struct RepositoryRules: Sendable {
    /// The text of `info/exclude`.
    var excludes: [UInt8] = []
    /// Whether letters are compared without regard to their case (`core.ignoreCase`).
    var foldsCase = false
    /// The text of the user's global excludes, where that is another than in the repository above.
    var userExcludes: [UInt8]?
}
