import Glibc
import Platform

/// What of a source git knows; stamped into runs.
public struct GitState: Sendable, Codable, Hashable {
    /// The commit's full hash; `nil` before the first commit.
    public var commit: String?
    /// `nil` where no branch is checked out.
    public var branch: String?
    /// Whether the folder differs from the commit, untracked files included; `nil` where git could not be asked.
    public var isDirty: Bool?

    /// A state that is known from elsewhere.
    public init(commit: String?, branch: String?, isDirty: Bool?) {
        self.commit = commit
        self.branch = branch
        self.isDirty = isDirty
    }

    /// Asks git about the folder `root`, a worktree or any folder below one; where git is missing or fails, reads the
    /// repository's files.
    /// - Returns: `nil` outside repositories.
    public static func read(_ root: String) async -> GitState? {
        let state = try? await SystemThread.run { () -> GitState? in
            guard let repository = GitRepository.containing(root) else { return nil }
            return asked(root) ?? fromFiles(repository)
        }
        return state ?? nil
    }

    /// `git status`, without taking its locks. Only what lies below `root` counts as dirty.
    static func asked(_ root: String, git: String = "git") -> GitState? {
        let command = [git, "--no-optional-locks", "-C", root, "status", "--porcelain=v2", "--branch", "--untracked-files=normal", "--", "."]
        guard let output = GitCommand.output(of: command) else { return nil }
        var state = GitState(commit: nil, branch: nil, isDirty: false)
        for line in output.split(separator: UInt8(ascii: "\n")) {
            let text = String(decoding: line, as: UTF8.self)
            if text.hasPrefix("# branch.oid ") {
                let oid = String(text.dropFirst("# branch.oid ".count))
                if oid != "(initial)" { state.commit = oid }
            } else if text.hasPrefix("# branch.head ") {
                let head = String(text.dropFirst("# branch.head ".count))
                if head != "(detached)" { state.branch = head }
            } else if !text.hasPrefix("#") {
                state.isDirty = true
            }
        }
        return state
    }

    /// HEAD, loose and packed references (gitrepository-layout(5)).
    static func fromFiles(_ repository: GitRepository) -> GitState {
        guard let head = FileBytes.smallText(repository.folder + "/HEAD") else { return GitState(commit: nil, branch: nil, isDirty: nil) }
        guard head.hasPrefix("ref: ") else { return GitState(commit: head, branch: nil, isDirty: nil) }
        let reference = String(head.dropFirst("ref: ".count))
        let heads = "refs/heads/"
        let branch = reference.hasPrefix(heads) ? String(reference.dropFirst(heads.count)) : reference
        let commit = FileBytes.smallText(repository.commonFolder + "/" + reference) ?? packed(reference, repository)
        return GitState(commit: commit, branch: branch, isDirty: nil)
    }

    private static func packed(_ reference: String, _ repository: GitRepository) -> String? {
        let descriptor = open(repository.commonFolder + "/packed-refs", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard let bytes = try? FileBytes.readAll(descriptor, limit: 16 << 20) else { return nil }
        let ending = Array((" " + reference).utf8)
        for line in bytes.split(separator: UInt8(ascii: "\n")) where line.count > ending.count && line.suffix(ending.count).elementsEqual(ending) {
            return String(decoding: line.dropLast(ending.count), as: UTF8.self)
        }
        return nil
    }
}
