import Glibc

/// Where the repository of a folder lies, found as git finds it (gitrepository-layout(5)), without running git.
struct GitRepository: Sendable {
    /// The top of the work tree.
    let top: String
    /// The folder's path below ``top``, with a slash at the end, or nothing.
    let prefix: [UInt8]
    /// `.git`, or the folder that the `.git` file of a worktree or submodule names.
    let folder: String
    /// Where what all worktrees share lies.
    let commonFolder: String

    static func containing(_ root: String) -> GitRepository? {
        guard let resolved = realpath(root, nil) else { return nil }
        let start = String(cString: resolved)
        free(resolved)
        var top = start
        while true {
            let prefix = start == top ? [] : Array(start.utf8.dropFirst(top == "/" ? 1 : top.utf8.count + 1)) + [UInt8(ascii: "/")]
            if let repository = at(top, prefix: prefix) { return repository }
            guard top != "/", let slash = top.lastIndex(of: "/") else { return nil }
            top = slash == top.startIndex ? "/" : String(top[..<slash])
        }
    }

    /// The repository whose top an open folder is; `nil` where its `.git` is none to git either.
    static func at(_ folder: DirectoryHandle) -> GitRepository? {
        // Its name, for when the descriptor is closed.
        guard let resolved = realpath("/proc/self/fd/\(folder.descriptor)", nil) else { return nil }
        defer { free(resolved) }
        return at(String(cString: resolved), prefix: [])
    }

    private static func at(_ top: String, prefix: [UInt8]) -> GitRepository? {
        guard let folder = GitFolder.named(by: top + "/.git") else { return nil }
        return GitRepository(top: top, prefix: prefix, folder: folder, commonFolder: GitFolder.commonFolder(of: folder) ?? folder)
    }
}
