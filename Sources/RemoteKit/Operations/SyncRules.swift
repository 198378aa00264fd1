import Platform
import TreeSync

/// What `slt-remote sync` leaves out: the configuration's rules, and those of the command line after them.
public struct SyncRules: Sendable {
    /// Its `[sync]` has the first rules.
    public var configuration: Configuration
    /// Patterns of what is left out besides.
    public var excludes: [String]
    /// Patterns of what is sent all the same; they count last.
    public var includes: [String]
    /// What the places of these two are called in an explanation: `--exclude` where they come from a command line.
    public var excludesPlace = "excludes"
    public var includesPlace = "includes"

    /// Each parameter is the property of the same name.
    public init(_ configuration: Configuration, excludes: [String] = [], includes: [String] = []) {
        self.configuration = configuration
        self.excludes = excludes
        self.includes = includes
    }

    var source: SourceRules {
        let sync = configuration.sync
        return SourceRules(excludes: sync.exclude + excludes + includes.map { "!" + $0 }, gitignore: sync.gitignore, sltignore: true,
                           usesGitSettings: sync.gitignore)
    }

    /// Says whether a path would be sent, and why. No host is asked.
    /// - Parameters:
    ///   - path: absolute, or from `folder`.
    ///   - folder: the working folder, absolute.
    /// - Throws: ``RemoteError`` where it is not below the source, `SyncError` where it is not there.
    public func explain(_ path: String, from folder: String) throws -> SyncExplanation {
        let root = configuration.sync.source
        guard let below = Self.below(root, path, from: folder) else {
            throw RemoteError(.usage, "cannot explain '\(SafeText.line(path, limit: 500))': it is not below the source \(root); name a path of the source tree")
        }
        let found = try source.explain(TreePath(below), root: root)
        return SyncExplanation(path: found.path, verdict: found.verdict, rule: found.rule.map { rule in
            switch rule.place {
            case .file(let file, let line): .init(place: "\(file):\(line)", pattern: rule.text, matched: rule.matched)
            case .patterns(let index): .init(place: place(of: index), pattern: rule.text, matched: rule.matched)
            }
        })
    }

    private func place(of index: Int) -> String {
        let configured = configuration.sync.exclude.count
        guard index < configured else { return index < configured + excludes.count ? excludesPlace : includesPlace }
        let origin = configuration.settings.first { $0.path == ["sync", "exclude"] }?.origin
        return origin.map { "\($0), sync.exclude" } ?? "sync.exclude"
    }

    /// `path` below `root`; links on the way to both are seen through where the names alone do not tell.
    private static func below(_ root: String, _ path: String, from folder: String) -> String? {
        guard !path.isEmpty else { return nil }
        let plain = LocalPath.normalized(path.hasPrefix("/") ? path : folder + "/" + path)
        let root = LocalPath.normalized(root)
        if let below = tail(plain, root) { return below }
        return tail(LocalPath.resolved(LocalPath.parent(plain)) + "/" + LocalPath.lastPart(plain), LocalPath.resolved(root))
    }

    private static func tail(_ path: String, _ root: String) -> String? {
        if path == root { return "" }
        let start = root == "/" ? root : root + "/"
        return path.hasPrefix(start) ? String(path.dropFirst(start.count)) : nil
    }
}
