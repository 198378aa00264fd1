import Glibc

/// Goes down to one path, folder by folder, with the very code that reads a source, and says what decides on it.
struct RuleExplainer {
    private let rules: SourceRules
    private let root: String
    private let texts: RuleTexts
    private let repository: GitRepository?
    private let reader: DirectoryReader

    init(_ rules: SourceRules, root: String) throws {
        self.rules = rules
        self.root = root
        texts = try RuleTexts(rules, root: root)
        reader = DirectoryReader(side: .source, userExcludesFile: texts.globalExcludesFile)
        repository = GitRepository.containing(root)
    }

    /// - Throws: also where it cannot be told because an index cannot be read.
    func explain(_ path: TreePath) throws -> RuleExplanation {
        let explanation = try judge(path)
        if let problem = texts.problems?.all.first { throw Self.failure(path, problem.description) }
        return explanation
    }

    private func judge(_ path: TreePath) throws -> RuleExplanation {
        var scope = RuleScope(texts)
        var folder: [UInt8] = []
        var handle = try opened(path) { () throws(Errno) in try DirectoryHandle.root(root) }
        /// Why the folder is excluded, where it is entered all the same.
        var outer: RuleExplanation.Rule?
        for name in path.bytes.split(separator: UInt8(ascii: "/")) {
            let here = TreePath(folder).appending(name)
            let kind = try kind(of: name, in: handle, path)
            if TemporaryName.repository.elementsEqual(name) || TemporaryName.matches(name) { return RuleExplanation(path: path, verdict: .never) }
            let (listing, inner) = try reader.list(handle, path: folder, scope: scope)
            if let failure = listing.failure { throw Self.failure(path, failure) }
            let (match, judgement) = inner.look(at: name, in: folder, isDirectory: kind == .directory)
            let found = match.map { rule($0, here.description + (kind == .directory ? "/" : ""), listing) }
            if judgement == .excluded { return RuleExplanation(path: path, verdict: .excluded, rule: match?.isNegated == false ? found : outer) }
            if judgement == .tracked, match?.isNegated == false || outer == nil { outer = found }
            if here == path {
                if kind == .skipped { return RuleExplanation(path: path, verdict: .unsupported) }
                return RuleExplanation(path: path, verdict: judgement == .tracked ? .tracked : .sent, rule: judgement == .tracked ? outer : found)
            }
            guard kind == .directory else { throw Self.failure(path, "\(here) is no folder") }
            scope = judgement == .tracked ? inner.excluded : inner
            let parent = handle
            handle = try opened(path) { () throws(Errno) in try parent.child(name) }
            folder = here.bytes
        }
        return RuleExplanation(path: path, verdict: .sent)
    }

    private func kind(of name: ArraySlice<UInt8>, in folder: DirectoryHandle, _ path: TreePath) throws -> EntryKind {
        var status = stat()
        guard CName.with(name, { fstatat(folder.descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) }) == 0 else { throw Self.failure(path, Errno.last) }
        var entry = ListedEntry(nameStart: 0, nameLength: 0)
        entry.set(from: status)
        return entry.kind
    }

    private func opened<Result>(_ path: TreePath, _ body: () throws(Errno) -> Result) throws -> Result {
        do throws(Errno) { return try body() } catch { throw Self.failure(path, error) }
    }

    private static func failure(_ path: TreePath, _ reason: Errno) -> SyncError { failure(path, reason.text) }

    private static func failure(_ path: TreePath, _ reason: String) -> SyncError {
        SyncError(.source, "cannot explain '\(path)': \(reason); name a file or folder of the source tree")
    }

    // MARK: Where a rule stands

    private func rule(_ match: RuleMatch, _ matched: String, _ listing: DirectoryListing) -> RuleExplanation.Rule {
        let text: [UInt8]
        let place: RuleExplanation.Rule.Place
        switch match.origin {
        case .configuration:
            text = texts.configuration
            place = .patterns(pattern(atLine: match.line))
        case .repository where match.baseLength > texts.prefix.count:
            let inner = inner(match, listing)
            text = inner.flatMap { try? RuleTexts.excludes(of: $0) } ?? []
            place = .file((inner?.commonFolder ?? "") + "/info/exclude", line: match.line)
        case .repository:
            text = texts.repositoryExcludes
            place = .file((repository?.commonFolder ?? "") + "/info/exclude", line: match.line)
        case .user where match.baseLength > texts.prefix.count:
            let settings = inner(match, listing).map { GitSettings(of: $0.top, top: $0.top) }
            text = settings?.excludesFile.flatMap { try? RuleTexts.read($0) } ?? []
            place = .file(settings?.excludesFile ?? "", line: match.line)
        case .user:
            text = texts.globalExcludes
            place = .file(texts.globalExcludesFile ?? "", line: match.line)
        case .gitignore, .sltignore:
            let name = match.origin == .gitignore ? ".gitignore" : ".sltignore"
            let above = texts.parents.first { match.baseLength < texts.prefix.count && $0.baseLength == match.baseLength }
            if let above, let repository {
                let base = String(decoding: texts.prefix.prefix(above.baseLength), as: UTF8.self)
                return RuleExplanation.Rule(place: .file("\(repository.top)/\(base)\(name)", line: match.line), text: Self.line(match.line, of: above.text), matched: matched)
            }
            let folder = (texts.prefix + listing.path).prefix(max(match.baseLength, 1) - 1).dropFirst(texts.prefix.count)
            place = .file("\(TreePath(Array(folder)).appending(name.utf8))", line: match.line)
            text = read(name, in: TreePath(Array(folder)))
        }
        return RuleExplanation.Rule(place: place, text: Self.line(match.line, of: text), matched: matched)
    }

    /// The repository inside the source that a rule is of.
    private func inner(_ match: RuleMatch, _ listing: DirectoryListing) -> GitRepository? {
        let folder = String(decoding: (texts.prefix + listing.path).prefix(match.baseLength - 1).dropFirst(texts.prefix.count), as: UTF8.self)
        return GitRepository.containing("\(root)/\(folder)")
    }

    private static func line(_ number: Int, of text: [UInt8]) -> String {
        let lines = PatternList.lines(text[...])
        return number >= 1 && number <= lines.count ? TreePath(Array(lines[number - 1])).description : ""
    }

    /// A pattern of the configuration may have lines of its own.
    private func pattern(atLine number: Int) -> Int {
        var last = 0
        for (index, pattern) in rules.excludes.enumerated() {
            last += PatternList.lines(Array(pattern.utf8)[...]).count
            if number <= last { return index }
        }
        return 0
    }

    private func read(_ name: String, in folder: TreePath) -> [UInt8] {
        guard let handle = try? DirectoryHandle.root(root) else { return [] }
        let walker = DirectoryWalker(handle)
        guard let descriptor = try? walker.descriptor(of: folder.bytes) else { return [] }
        return (try? RuleFile.contents(in: descriptor, name: name, path: folder)) ?? []
    }
}
