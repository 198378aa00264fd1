import Glibc

/// What of a source git knows; stamped into runs.
public struct GitState: Sendable, Codable, Hashable {
    /// The commit's full hash; `nil` before the first commit.
    public var commit: String?
    /// `nil` where no branch is checked out.
    public var branch: String?
    /// Whether the folder differs from the commit, untracked files included; `nil` where git could not be asked.
    public var isDirty: Bool?

    public init(commit: String?, branch: String?, isDirty: Bool?) {
        self.commit = commit
        self.branch = branch
        self.isDirty = isDirty
    }

    /// Asks git about the folder `root`, a worktree or any folder below one; where git is missing or fails, reads the
    /// repository's files.
    /// - Returns: `nil` outside repositories.
    public static func read(_ root: String) async -> GitState? {
        let result = await DedicatedThread.result { () -> GitState? in
            guard let repository = GitRepository.containing(root) else { return nil }
            return asked(root) ?? fromFiles(repository)
        }
        return (try? result.get()) ?? nil
    }

    /// `git status`, without taking its locks. Only what lies below `root` counts as dirty.
    static func asked(_ root: String, git: String = "git") -> GitState? {
        let command = [git, "--no-optional-locks", "-C", root, "status", "--porcelain=v2", "--branch", "--untracked-files=normal", "--", "."]
        guard let output = CommandOutput.of(command) else { return nil }
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

extension SourceRules {
    /// The user's global excludes: what git's `core.excludesFile` names, else the file that git takes by default.
    /// - Parameter root: a folder, whose repository may name another.
    public static func userExcludesFile(_ root: String) -> String? {
        if let output = CommandOutput.of(["git", "-C", root, "config", "--path", "core.excludesFile"]) {
            let path = String(decoding: output.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
            if !path.isEmpty { return path }
        }
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } }
        return (variable("XDG_CONFIG_HOME") ?? variable("HOME").map { $0 + "/.config" }).map { $0 + "/git/ignore" }
    }
}

/// What a command prints, when it ends well.
enum CommandOutput {
    static func of(_ command: [String]) -> [UInt8]? {
        var pipe: [Int32] = [-1, -1]
        // Unlike pipe, closed at once in processes that other threads start meanwhile.
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &pipe) == 0 else { return nil }
        defer { close(pipe[0]) }
        let process = spawn(command, output: pipe[1])
        close(pipe[1])
        guard let process else { return nil }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while let count = buffer.withUnsafeMutableBytes({ try? FileBytes.read(pipe[0], into: $0) }), count > 0 { bytes += buffer[..<count] }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            if errno != EINTR { return nil }
        }
        return status == 0 ? bytes : nil
    }

    private static func spawn(_ command: [String], output: Int32) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        let words = command.map { strdup($0) } + [nil]
        let environment = environmentWithoutGit()
        defer { for word in words + environment { free(word) } }
        var process: pid_t = 0
        return posix_spawnp(&process, command[0], &actions, nil, words, environment) == 0 ? process : nil
    }

    /// A hook's GIT_DIR would name another repository than the folder's own.
    private static func environmentWithoutGit() -> [UnsafeMutablePointer<CChar>?] {
        var kept: [UnsafeMutablePointer<CChar>?] = []
        var next = environ
        while let entry = next.pointee {
            if strncmp(entry, "GIT_", 4) != 0 { kept.append(strdup(entry)) }
            next += 1
        }
        kept.append(strdup("LC_ALL=C"))
        return kept + [nil]
    }
}
