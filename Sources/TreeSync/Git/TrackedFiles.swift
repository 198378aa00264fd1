import Glibc

/// What a repository tracks. Git's ignore rules do not apply to it. The index is read when the first entry is met that
/// they would exclude.
final class TrackedFiles: Sendable {
    private let repository: GitRepository
    /// How many bytes of full paths the top of the repository takes, with its slash.
    private let baseLength: Int
    private let foldsCase: Bool
    /// What the index is called where it cannot be read.
    private let indexPath: TreePath
    private let problems: RuleProblems?
    private let index = Monitor<GitIndex??>(nil)

    init(_ repository: GitRepository, baseLength: Int, foldsCase: Bool, indexPath: TreePath, problems: RuleProblems?) {
        self.repository = repository
        self.baseLength = baseLength
        self.foldsCase = foldsCase
        self.indexPath = indexPath
        self.problems = problems
    }

    /// - Parameter path: full, as the rules get it.
    func contains(_ path: UnsafeBufferPointer<UInt8>, isDirectory: Bool) -> Bool {
        guard path.count > baseLength, let index = known else { return false }
        return index.contains(path[baseLength...], isDirectory: isDirectory)
    }

    private var known: GitIndex? {
        index.withLock { index in
            if let known = index { return known }
            let read = read()
            index = .some(read)
            return read
        }
    }

    /// A repository without an index tracks nothing; one whose index cannot be read tracks what nobody knows.
    private func read() -> GitIndex? {
        let descriptor = open(repository.folder + "/index", O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let reason = Errno.last
            if reason.code != ENOENT { note(reason.text) }
            return nil
        }
        defer { close(descriptor) }
        do {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw Errno.last }
            let bytes = try FileBytes.readAll(descriptor, limit: Int(status.st_size))
            if let index = understood(bytes) { return foldsCase ? index.folded : index }
        } catch {
            note((error as? Errno)?.text ?? "\(error)")
            return nil
        }
        if let list = GitCommand.output(of: ["git", "--no-optional-locks", "-C", repository.top, "ls-files", "-z"]) {
            let index = GitIndex(list: list)
            return foldsCase ? index.folded : index
        }
        note("it is not understood here, and git cannot list what is in it")
        return nil
    }

    private func note(_ reason: String) {
        problems?.add(SyncProblem(kind: .unreadable, path: indexPath, reason: "cannot tell what git tracks: \(reason); " +
                "files that are tracked though the rules exclude them are left out; see 'git status'"))
    }

    private func understood(_ bytes: [UInt8]) -> GitIndex? {
        let settings = FileBytes.smallText(repository.commonFolder + "/config")?.lowercased() ?? ""
        let isLong = settings.split(separator: "\n").contains { $0.contains("objectformat") && $0.contains("sha256") }
        return GitIndex(bytes, digestLength: isLong ? 32 : 20)
    }
}
