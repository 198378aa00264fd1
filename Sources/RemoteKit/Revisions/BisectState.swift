/// What a bisect was asked and what it has found so far: `bisect.json` in its folder.
struct BisectState: Sendable, Codable, Equatable {
    static let format = 1

    /// Of this format.
    var version = BisectState.format
    /// The real path of the source tree.
    var source: String
    /// The host's name.
    var host: String
    var good: Revision
    var bad: Revision
    var targets: [BisectTarget]
    /// Builds at once.
    var jobs: Int
    var workersPerBuild: Int
    /// How often a failing revision is run again.
    var repeats: Int
    /// The revisions' own test files are run.
    var testsFromRevision: Bool
    /// By commit, in the order of their verdicts.
    var trials: [BisectTrial] = []
    /// How often several revisions were chosen.
    var rounds = 0
    /// Workspaces on the host.
    var workspaces: [Workspace] = []
    /// Runs on the host that nobody needs any more.
    var runs: [String] = []

    /// A revision as somebody named it.
    struct Revision: Sendable, Codable, Equatable {
        var name: String
        /// The full hash.
        var commit: String
    }

    /// Where revisions are built one after the other.
    struct Workspace: Sendable, Codable, Equatable {
        /// Absolute on the host, or from `~/`.
        var path: String
        /// Whether what is there is not to be built on: a build was cut off, or somebody left it before this bisect.
        var isUnfinished = false
    }
}
