/// The rules that hold in one folder: those from above and its own rule files'. Immutable, so threads share it.
final class RuleScope: Sendable {
    private let configuration: PatternList
    /// Nearest first.
    private let sltLists: [PatternList]
    /// Nearest first; then the repository's and the user's.
    private let gitLists: [PatternList]
    private let lowest: [PatternList]
    /// What full paths begin with: the root's path in its repository.
    let prefix: [UInt8]
    let usesGitignore: Bool
    let usesSltignore: Bool

    init(_ texts: RuleTexts) {
        prefix = texts.prefix
        configuration = PatternList(text: texts.configuration, baseLength: texts.prefix.count)
        sltLists = []
        gitLists = texts.parents.map { PatternList(text: $0.text, baseLength: $0.baseLength) }
        lowest = [texts.repositoryExcludes, texts.globalExcludes].map { PatternList(text: $0, baseLength: 0) }
        usesGitignore = texts.usesGitignore
        usesSltignore = texts.usesSltignore
    }

    private init(parent: RuleScope, slt: PatternList?, git: PatternList?) {
        configuration = parent.configuration
        sltLists = (slt.map { [$0] } ?? []) + parent.sltLists
        gitLists = (git.map { [$0] } ?? []) + parent.gitLists
        lowest = parent.lowest
        prefix = parent.prefix
        usesGitignore = parent.usesGitignore
        usesSltignore = parent.usesSltignore
    }

    /// The scope of `directory` (a path below the root), whose rule files hold these texts.
    func entering(_ directory: [UInt8], gitignore: [UInt8]?, sltignore: [UInt8]?) -> RuleScope {
        let base = prefix.count + (directory.isEmpty ? 0 : directory.count + 1)
        let git = gitignore.map { PatternList(text: $0, baseLength: base) }.flatMap { $0.isEmpty ? nil : $0 }
        let slt = sltignore.map { PatternList(text: $0, baseLength: base) }.flatMap { $0.isEmpty ? nil : $0 }
        return git == nil && slt == nil ? self : RuleScope(parent: self, slt: slt, git: git)
    }

    /// - Parameters:
    ///   - path: the full path, ``prefix`` included.
    ///   - nameStart: where in `path` the entry's own name begins.
    func excludes(path: UnsafeBufferPointer<UInt8>, nameStart: Int, isDirectory: Bool) -> Bool {
        if let verdict = configuration.verdict(path: path, nameStart: nameStart, isDirectory: isDirectory) { return verdict }
        for lists in [sltLists, gitLists, lowest] {
            for list in lists {
                if let verdict = list.verdict(path: path, nameStart: nameStart, isDirectory: isDirectory) { return verdict }
            }
        }
        return false
    }

    /// The same for the entry `name` of `directory`.
    func excludes(_ name: some Collection<UInt8>, in directory: [UInt8], isDirectory: Bool) -> Bool {
        var path = prefix
        path += directory
        if !directory.isEmpty { path.append(UInt8(ascii: "/")) }
        let start = path.count
        path += name
        return path.withUnsafeBufferPointer { excludes(path: $0, nameStart: start, isDirectory: isDirectory) }
    }
}
