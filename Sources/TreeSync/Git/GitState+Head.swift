import Platform

/// What tells clones of one repository apart from others, without asking for the state of all files.
extension GitState {
    /// The commit and the branch, from the repository's files: whether the folder differs from them is not asked. `nil` outside repositories.
    public static func quick(_ root: String) -> GitState? { GitRepository.containing(root).map { fromFiles($0) } }

    /// The commit that is checked out, from the repository's files; `nil` outside repositories and before the first commit.
    public static func head(of root: String) -> String? { GitRepository.containing(root).flatMap { fromFiles($0).commit } }

    /// Whether the repository that `root` lies in has a commit.
    public static func hasCommit(_ commit: String, in root: String) async -> Bool {
        guard !commit.isEmpty, commit.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else { return false }
        return (try? await SystemThread.run { GitCommand.output(of: ["git", "-C", root, "cat-file", "-e", commit + "^{commit}"]) != nil }) ?? false
    }
}
