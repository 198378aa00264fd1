import Glibc

/// What a repository tracks. Git's ignore rules do not apply to it. The index is read when the first entry is met that
/// they would exclude.
final class TrackedFiles: Sendable {
    private let repository: GitRepository
    /// How many bytes of full paths the top of the repository takes, with its slash.
    private let baseLength: Int
    private let index = Monitor<GitIndex??>(nil)

    init(_ repository: GitRepository, baseLength: Int) {
        self.repository = repository
        self.baseLength = baseLength
    }

    /// - Parameter path: full, as the rules get it.
    func contains(_ path: UnsafeBufferPointer<UInt8>, isDirectory: Bool) -> Bool {
        guard path.count > baseLength, let index = known else { return false }
        return index.contains(path[baseLength...], isDirectory: isDirectory)
    }

    private var known: GitIndex? {
        index.withLock { index in
            if let known = index { return known }
            let read = Self.read(repository)
            index = .some(read)
            return read
        }
    }

    private static func read(_ repository: GitRepository) -> GitIndex? {
        let descriptor = open(repository.folder + "/index", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, let bytes = try? FileBytes.readAll(descriptor, limit: Int(status.st_size)) else { return nil }
        if let index = GitIndex(bytes, digestLength: digestLength(repository)) { return index }
        return CommandOutput.of(["git", "--no-optional-locks", "-C", repository.top, "ls-files", "-z"]).map { GitIndex(list: $0) }
    }

    private static func digestLength(_ repository: GitRepository) -> Int {
        let settings = FileBytes.smallText(repository.commonFolder + "/config")?.lowercased() ?? ""
        let isLong = settings.split(separator: "\n").contains { $0.contains("objectformat") && $0.contains("sha256") }
        return isLong ? 32 : 20
    }
}
