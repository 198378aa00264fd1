import Glibc

/// A run in a line of text, for what stays with it where its directory does not reach: `run HOST FOLDER PATH`.
enum RunMark {
    static func of(_ root: Path) -> String { "run \(Machine.host) \(folder(root.parent) ?? "unknown") \(root.text)" }

    /// Which folder of runs it is: containers of one name have others of the same path. Nil where there is none.
    private static func folder(_ path: Path) -> String? { FolderIdentity(path: path.text).map { $0.lasting ?? "\($0.device)-\($0.inode)" } }

    /// Whether the run's directory is no more; nil for what is no mark. False for a run of another host, and where nobody can tell.
    static func isOver(_ mark: String) -> Bool? {
        let words = mark.split(separator: " ", maxSplits: 3)
        guard words.count == 4, words[0] == "run", words[3].hasPrefix("/") else { return nil }
        let root = Path(String(words[3]))
        // Without the folder of all runs, as on a disk that is not mounted, nothing is known of one.
        guard words[1] == Machine.host, folder(root.parent) == String(words[2]) else { return false }
        return !root.exists && errno == ENOENT
    }
}
