/// A file that has passed, and all that its verdict depends on.
struct KeptVerdict: Codable, Equatable {
    /// A file besides the script, such as one that it includes.
    struct Input: Codable, Equatable {
        var path: String
        /// SHA-256; nil where there was no such file, which would have been taken.
        var digest: String?
    }

    /// Relative to the workspace.
    var file: String
    /// Of the engine and all settings; see ``VerdictContext``.
    var context: String
    /// Of the script, SHA-256.
    var digest: String
    var inputs: [Input]
    var tests: Int
    var skipped: Int
    /// The run in which it was run.
    var run: String
}
