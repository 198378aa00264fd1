import Glibc

/// A run in a line of text, for what stays with it where its directory does not reach: `run HOST PATH`.
enum RunMark {
    static func of(_ root: Path) -> String { "run \(Machine.host) \(root.text)" }

    /// Whether the run's directory is no more; nil for what is no mark. False for a run of another host, and where nobody can tell.
    static func isOver(_ mark: String) -> Bool? {
        let words = mark.split(separator: " ", maxSplits: 2)
        guard words.count == 3, words[0] == "run", words[2].hasPrefix("/") else { return nil }
        let root = Path(String(words[2]))
        // Without the folder of all runs, as on a disk that is not mounted, nothing is known of one.
        guard words[1] == Machine.host, root.parent.exists else { return false }
        return !root.exists && errno == ENOENT
    }
}
