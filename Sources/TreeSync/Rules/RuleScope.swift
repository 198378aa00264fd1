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
    /// What full paths begin with: the root's path in its repository.
    let prefix: [UInt8]
    let usesGitignore: Bool
    let usesSltignore: Bool
    /// On a sender: what the repository tracks.
    private let tracked: TrackedFiles?
    /// Whether the folder is excluded, and entered only for what git tracks in it.
    let isExcluded: Bool

    init(_ texts: RuleTexts) {
        prefix = texts.prefix
        configuration = PatternList(text: texts.configuration, baseLength: texts.prefix.count)
        sltLists = []
        gitLists = texts.parents.map { PatternList(text: $0.text, baseLength: $0.baseLength) }
        repository = PatternList(text: texts.repositoryExcludes, baseLength: 0)
        user = PatternList(text: texts.globalExcludes, baseLength: 0)
        userText = texts.globalExcludes
        usesGitignore = texts.usesGitignore
        usesSltignore = texts.usesSltignore
        tracked = texts.tracked
        isExcluded = false
    }

    /// - Parameter repository: the excludes of the repository that begins here, to which git's rules from above do not apply.
    private init(parent: RuleScope, slt: PatternList? = nil, git: PatternList? = nil, repository: PatternList? = nil, tracked: TrackedFiles?, isExcluded: Bool) {
        configuration = parent.configuration
        sltLists = (slt.map { [$0] } ?? []) + parent.sltLists
        gitLists = (git.map { [$0] } ?? []) + (repository == nil ? parent.gitLists : [])
        self.repository = repository ?? parent.repository
        user = repository.map { PatternList(text: parent.userText, baseLength: $0.baseLength) } ?? parent.user
        userText = parent.userText
        prefix = parent.prefix
        usesGitignore = parent.usesGitignore
        usesSltignore = parent.usesSltignore
        self.tracked = tracked
        self.isExcluded = isExcluded
    }

    /// The scope of `directory` (a path below the root), whose rule files hold these texts.
    /// - Parameters:
    ///   - repositoryExcludes: where it is the top of a repository other than the root's, the text of its `info/exclude`.
    ///   - repository: on a sender, that repository.
    func entering(_ directory: [UInt8], gitignore: [UInt8]?, sltignore: [UInt8]?, repositoryExcludes: [UInt8]? = nil,
                  repository: GitRepository? = nil) -> RuleScope {
        let base = prefix.count + (directory.isEmpty ? 0 : directory.count + 1)
        let git = gitignore.map { PatternList(text: $0, baseLength: base) }.flatMap { $0.isEmpty ? nil : $0 }
        let slt = sltignore.map { PatternList(text: $0, baseLength: base) }.flatMap { $0.isEmpty ? nil : $0 }
        let own = repository.map { TrackedFiles($0, baseLength: base) }
        let excludes = repositoryExcludes.map { PatternList(text: $0, baseLength: base) }
        if git == nil, slt == nil, own == nil, excludes == nil { return self }
        return RuleScope(parent: self, slt: slt, git: git, repository: excludes, tracked: own ?? tracked, isExcluded: isExcluded)
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
        for list in gitLists {
            if let match = Self.match(list, .gitignore, path, nameStart, isDirectory) { return match }
        }
        return Self.match(repository, .repository, path, nameStart, isDirectory) ?? Self.match(user, .user, path, nameStart, isDirectory)
    }

    @inline(__always)
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
