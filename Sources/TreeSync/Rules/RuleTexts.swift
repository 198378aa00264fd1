import Glibc

/// The rules that hold from the root on, as texts: what the sender has read and the receiver is told.
struct RuleTexts: Sendable {
    /// A rule file above the root, and how many bytes of ``prefix`` its folder takes.
    struct Parent: Sendable {
        var baseLength: Int
        var text: [UInt8]
    }

    /// The root's path below the top of its repository, with a slash at the end, or nothing.
    var prefix: [UInt8] = []
    var configuration: [UInt8] = []
    /// The `.gitignore` files above the root, the nearest first.
    var parents: [Parent] = []
    var repositoryExcludes: [UInt8] = []
    var globalExcludes: [UInt8] = []
    /// Whether git's rules are compared without regard to the case of letters.
    var foldsCase = false
    var usesGitignore = false
    var usesSltignore = false

    // What only the sender knows:

    var usesGitSettings = false
    /// The user's global excludes.
    var globalExcludesFile: String?
    /// Files of git, some of which may be missing, on which these rules depend besides the rule files of the tree.
    var sources: [String] = []
    /// What the repository tracks.
    var tracked: TrackedFiles?
    /// Where scopes put what could not be read.
    var problems: RuleProblems?

    init() {}

    /// Reads what `rules` name for the source at `root`.
    init(_ rules: SourceRules, root: String) throws {
        configuration = Array(rules.excludes.joined(separator: "\n").utf8)
        usesGitignore = rules.gitignore
        usesSltignore = rules.sltignore
        guard rules.gitignore else { return }
        let found = RuleProblems()
        problems = found
        let repository = GitRepository.containing(root)
        if rules.usesGitSettings {
            usesGitSettings = true
            let settings = GitSettings(of: root, top: repository?.top ?? root)
            foldsCase = settings.foldsCase
            globalExcludesFile = settings.excludesFile
            sources += [settings.excludesFile].compactMap(\.self)
            if let file = settings.excludesFile { globalExcludes = try Self.read(file) ?? [] }
        }
        guard let repository else { return }
        sources += ["index"].map { repository.folder + "/" + $0 } + ["config", "info/exclude"].map { repository.commonFolder + "/" + $0 }
        repositoryExcludes = try Self.excludes(of: repository)
        prefix = repository.prefix
        let index = prefix.isEmpty ? ".git/index" : repository.folder + "/index"
        tracked = TrackedFiles(repository, baseLength: 0, foldsCase: foldsCase, indexPath: TreePath(index), problems: found)
        var folder = repository.top
        var base = 0
        for name in prefix.split(separator: UInt8(ascii: "/")) {
            sources.append(folder + "/.gitignore")
            if let text = try Self.read(folder + "/.gitignore", followLinks: false) {
                parents.insert(Parent(baseLength: base, text: text), at: 0)
            }
            folder += "/" + String(decoding: name, as: UTF8.self)
            base += name.count + 1
        }
    }

    /// The text of a repository's `info/exclude`.
    static func excludes(of repository: GitRepository) throws -> [UInt8] { try read(repository.commonFolder + "/info/exclude") ?? [] }

    static func read(_ path: String, followLinks: Bool = true) throws -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followLinks ? 0 : O_NOFOLLOW))
        guard descriptor >= 0 else {
            if [ENOENT, ENOTDIR, ELOOP].contains(errno) { return nil }
            throw RuleFile.error(path, Errno.last.text)
        }
        defer { close(descriptor) }
        return try RuleFile.contents(of: descriptor, named: path)
    }
}
