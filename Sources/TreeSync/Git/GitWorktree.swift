import Glibc
import Synchronization

/// A work tree of a repository that is nobody's but ours: commits are checked out there, and the user's own tree is left alone. The repository
/// has a note of it, which goes with it. No hook of the repository is run.
///
/// Each call starts git and waits for it.
public struct GitWorktree: Sendable {
    /// Absolute.
    public let folder: String
    /// Of the repository, which it belongs to.
    private let top: String

    /// - Parameter folder: absolute; what is there is this tree's.
    public init(_ repository: GitRevisions, at folder: String) {
        self.folder = folder
        top = repository.top
    }

    /// - Parameter top: of the repository, which may be gone.
    public init(of top: String, at folder: String) {
        self.folder = folder
        self.top = top
    }

    /// What git said when it failed, in its words.
    public struct CheckoutFailure: Error, Sendable {
        public let text: String
    }

    /// Makes the tree what a commit has. Files that are the same in both keep their times.
    /// - Parameter commit: its hash.
    public func checkOut(_ commit: String) throws(CheckoutFailure) {
        guard access(folder + "/.git", F_OK) != 0 else { return try run(["-C", folder, "checkout", "--quiet", "--force", "--detach", commit]) }
        try run(["-C", top, "worktree", "add", "--quiet", "--force", "--force", "--detach", folder, commit])
    }

    /// Removes the tree, and the repository's note of it. Also where one of these is gone.
    public func remove() {
        _ = try? run(["-C", top, "worktree", "remove", "--force", "--force", folder])
    }

    /// Git reads the notes of all work trees, and fails on one that is just being made.
    private static let turn = Mutex(())

    private func run(_ arguments: [String]) throws(CheckoutFailure) {
        let settings = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "advice.detachedHead=false"]
        let answer = Self.turn.withLock { _ in GitCommand.answer(to: ["git"] + settings + arguments, hearsErrors: true) }
        guard let answer else { throw CheckoutFailure(text: "git cannot be started") }
        if !answer.isDone { throw CheckoutFailure(text: String(decoding: answer.bytes.prefix(2000), as: UTF8.self)) }
    }
}
