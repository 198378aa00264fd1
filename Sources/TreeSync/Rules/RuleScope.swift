/// The rules that hold in one folder: those from above and its own rule files'. Immutable, so threads share it.
final class RuleScope: Sendable {
    private let configuration: PatternList
    /// Nearest first.
    private let sltLists: [PatternList]
    /// Nearest first; then the repository's and the user's.
    private let gitLists: [PatternList]
    private let repository: PatternList
    private let user: PatternList
    private let userText: [UInt8]
    /// Whether git's rules are compared without regard to the case of letters.
    private let foldsCase: Bool
    /// What full paths begin with: the root's path in its repository.
    let prefix: [UInt8]
    let usesGitignore: Bool
    let usesSltignore: Bool
    /// On a sender: whether git is asked for its settings where a repository begins.
    let usesGitSettings: Bool
    /// On a sender: what the repository tracks, and what could not be read of it.
    private let tracked: TrackedFiles?
    let problems: RuleProblems?
    /// Whether the folder is excluded, and entered only for what git tracks in it.
    let isExcluded: Bool

    init(_ texts: RuleTexts) {
        prefix = texts.prefix
        configuration = PatternList(text: texts.configuration, baseLength: texts.prefix.count)
        sltLists = []
        foldsCase = texts.foldsCase
        gitLists = texts.parents.map { PatternList(text: $0.text, baseLength: $0.baseLength, foldsCase: texts.foldsCase) }
        repository = PatternList(text: texts.repositoryExcludes, baseLength: 0, foldsCase: texts.foldsCase)
        user = PatternList(text: texts.globalExcludes, baseLength: 0, foldsCase: texts.foldsCase)
        userText = texts.globalExcludes
        usesGitignore = texts.usesGitignore
        usesSltignore = texts.usesSltignore
        usesGitSettings = texts.usesGitSettings
        tracked = texts.tracked
        problems = texts.problems
        isExcluded = false
    }

    /// - Parameter repository: what holds in the repository that begins here, to which git's rules from above do not apply;
    ///   its patterns are relative to `base`.
    private init(parent: RuleScope, slt: PatternList? = nil, git: PatternList? = nil, repository: RepositoryRules? = nil, base: Int = 0,
                 tracked: TrackedFiles?, isExcluded: Bool) {
        configuration = parent.configuration
        sltLists = (slt.map { [$0] } ?? []) + parent.sltLists
        gitLists = (git.map { [$0] } ?? []) + (repository == nil ? parent.gitLists : [])
        foldsCase = repository?.foldsCase ?? parent.foldsCase
        userText = repository?.userExcludes ?? parent.userText
        if let repository {
            self.repository = PatternList(text: repository.excludes, baseLength: base, foldsCase: repository.foldsCase)
            user = PatternList(text: userText, baseLength: base, foldsCase: repository.foldsCase)
        } else {
            self.repository = parent.repository
            user = parent.user
        }
        prefix = parent.prefix
        usesGitignore = parent.usesGitignore
        usesSltignore = parent.usesSltignore
        usesGitSettings = parent.usesGitSettings
        self.tracked = tracked
        problems = parent.problems
        self.isExcluded = isExcluded
    }

    /// The scope of `directory` (a path below the root), whose rule files hold these texts.
    /// - Parameters:
    ///   - inner: where it is the top of a repository other than the root's, what holds there.
    ///   - repository: on a sender, that repository.
    func entering(_ directory: [UInt8], gitignore: [UInt8]?, sltignore: [UInt8]?, inner: RepositoryRules? = nil,
                  repository: GitRepository? = nil) -> RuleScope {
        let base = prefix.count + (directory.isEmpty ? 0 : directory.count + 1)
        let folds = inner?.foldsCase ?? foldsCase
        let git = gitignore.map { PatternList(text: $0, baseLength: base, foldsCase: folds) }.flatMap { $0.isEmpty ? nil : $0 }
        let slt = sltignore.map { PatternList(text: $0, baseLength: base) }.flatMap { $0.isEmpty ? nil : $0 }
        let own = repository.map {
            TrackedFiles($0, baseLength: base, foldsCase: folds, indexPath: TreePath(directory).appending(".git/index".utf8), problems: problems)
        }
        if git == nil, slt == nil, own == nil, inner == nil { return self }
        return RuleScope(parent: self, slt: slt, git: git, repository: inner, base: base, tracked: own ?? tracked, isExcluded: isExcluded)
    }

    /// What holds in the repository whose top is `directory`, an open folder of the source.
    func rules(of repository: GitRepository, userExcludesOfRoot: String?) throws -> RepositoryRules {
        var rules = RepositoryRules(excludes: try RuleTexts.excludes(of: repository))
        guard usesGitSettings else { return rules }
        let settings = GitSettings(of: repository.top, top: repository.top)
        rules.foldsCase = settings.foldsCase
        if settings.excludesFile != userExcludesOfRoot { rules.userExcludes = try settings.excludesFile.flatMap { try RuleTexts.read($0) } ?? [] }
        return rules
    }

    /// The same rules for a folder that they exclude, which is entered for what git tracks in it.
    var excluded: RuleScope { isExcluded ? self : RuleScope(parent: self, tracked: tracked, isExcluded: true) }

    /// What a sender does with an entry. A rule that git does not know counts for tracked files too.
    func judge(path: UnsafeBufferPointer<UInt8>, nameStart: Int, isDirectory: Bool) -> RuleJudgement {
        let match = match(path: path, nameStart: nameStart, isDirectory: isDirectory)
        if let match, !match.origin.isGit, !match.isNegated { return .excluded }
        if !isExcluded, match?.isNegated ?? true { return .sent }
        return tracked?.contains(path, isDirectory: isDirectory) == true ? .tracked : .excluded
    }

    /// The pattern that decides on an entry.
    /// - Parameters:
    ///   - path: the full path, ``prefix`` included.
    ///   - nameStart: where in `path` the entry's own name begins.
    func match(path: UnsafeBufferPointer<UInt8>, nameStart: Int, isDirectory: Bool) -> RuleMatch? {
        if let match = Self.match(configuration, .configuration, path, nameStart, isDirectory) { return match }
        for list in sltLists {
            if let match = Self.match(list, .sltignore, path, nameStart, isDirectory) { return match }
        }
        guard foldsCase else { return gitMatch(path, nameStart, isDirectory) }
        return path.map(LetterCase.small).withUnsafeBufferPointer { gitMatch($0, nameStart, isDirectory) }
    }

    /// - Parameter path: in small letters, where they count for the same.
    private func gitMatch(_ path: UnsafeBufferPointer<UInt8>, _ nameStart: Int, _ isDirectory: Bool) -> RuleMatch? {
        for list in gitLists {
            if let match = Self.match(list, .gitignore, path, nameStart, isDirectory) { return match }
        }
        return Self.match(repository, .repository, path, nameStart, isDirectory) ?? Self.match(user, .user, path, nameStart, isDirectory)
    }

    private static func match(_ list: PatternList, _ origin: RuleMatch.Origin, _ path: UnsafeBufferPointer<UInt8>,
                              _ nameStart: Int, _ isDirectory: Bool) -> RuleMatch? {
        guard let found = list.match(path: path, nameStart: nameStart, isDirectory: isDirectory) else { return nil }
        return RuleMatch(origin: origin, baseLength: list.baseLength, line: found.line, isNegated: found.isNegated)
    }

    func excludes(path: UnsafeBufferPointer<UInt8>, nameStart: Int, isDirectory: Bool) -> Bool {
        match(path: path, nameStart: nameStart, isDirectory: isDirectory).map { !$0.isNegated } ?? false
    }

    /// The same for the entry `name` of `directory`.
    func excludes(_ name: some Collection<UInt8>, in directory: [UInt8], isDirectory: Bool) -> Bool {
        match(name, in: directory, isDirectory: isDirectory).map { !$0.isNegated } ?? false
    }

    func match(_ name: some Collection<UInt8>, in directory: [UInt8], isDirectory: Bool) -> RuleMatch? {
        with(name, in: directory) { match(path: $0, nameStart: $1, isDirectory: isDirectory) }
    }

    /// The pattern that decides, and what becomes of the entry.
    func look(at name: some Collection<UInt8>, in directory: [UInt8], isDirectory: Bool) -> (RuleMatch?, RuleJudgement) {
        with(name, in: directory) {
            (match(path: $0, nameStart: $1, isDirectory: isDirectory), judge(path: $0, nameStart: $1, isDirectory: isDirectory))
        }
    }

    private func with<Result>(_ name: some Collection<UInt8>, in directory: [UInt8], _ body: (UnsafeBufferPointer<UInt8>, Int) -> Result) -> Result {
        var path = prefix
        path += directory
        if !directory.isEmpty { path.append(UInt8(ascii: "/")) }
        let start = path.count
        path += name
        return path.withUnsafeBufferPointer { body($0, start) }
    }
}
