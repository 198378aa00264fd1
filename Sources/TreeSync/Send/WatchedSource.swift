import Platform
import Synchronization

/// A source that is watched while it is synced again and again: what changed since the sync before is sent, and nothing else is looked at.
///
/// ```swift
/// let source = WatchedSource(root: folder)
/// while true {
///     let prepared = try source.prepare()           // all of the tree, or what changed
///     let report = try await TreeSender.run(prepared, …)
///     source.succeeded(report)                      // without it, the next one is of all of the tree
///     await source.change()
/// }
/// ```
///
/// Folders are watched that a sync reads, from before it reads them, so no change is missed, and none that the rules leave out.
public final class WatchedSource: Sendable {
    private struct State {
        var rules: (texts: RuleTexts, scope: RuleScope, files: FileStates)?
        /// The digest of the tree that the receiver has.
        var digest: String?
        var isWhole = false
        /// When a look at all of it began, in nanoseconds of the monotonic clock.
        var begin: UInt64 = 0
    }

    private let root: String
    private let rules: SourceRules
    private let known: KnownSource
    private let watch: SourceWatch
    private let state = Mutex(State())

    /// - Parameters:
    ///   - root: a folder; a link to one is followed.
    ///   - rules: what is left out.
    public convenience init(root: String, rules: SourceRules = SourceRules()) { self.init(root: root, rules: rules, most: .max) }

    /// - Parameter most: the most folders that are watched.
    init(root: String, rules: SourceRules, most: Int) {
        self.root = root
        self.rules = rules
        let known = KnownSource()
        self.known = known
        watch = SourceWatch(most: most) { known.isSent($1, in: $0, isFolder: $2) }
    }

    deinit { watch.close() }

    /// Waits until something has changed in it and is at rest.
    /// - Parameter orDue: or until it is time to look, where not all of it is watched.
    public func change(orDue: Bool = true) async { await watch.change(orDue: orDue) }

    /// Whether something has changed since ``prepare()``, and is at rest.
    public var hasChanged: Bool { watch.hasChanged }
    /// Whether it is time to look for changes, since not all of it is watched.
    public var isDue: Bool { watch.isDue }

    /// Why not all folders are watched, so that it is looked through now and then; `nil` where they are.
    public var shortage: WatchShortage? { watch.shortage }

    /// The folders that are watched, for tests.
    var watched: Set<[UInt8]> { watch.watched }

    /// The next sync is of all of the tree.
    public func forget() { state.withLock { $0.digest = nil } }

    /// More folders that came or went are no part of the tree worth the while.
    private static let mostReplaced = 64

    /// Begins to read what is to be sent now.
    /// - Throws: ``SyncError`` where the folder or its rules cannot be read.
    public func prepare() throws -> PreparedSource {
        let changes = watch.take()
        // Until it has succeeded, nothing is known of the receiver.
        let digest = state.withLock { state in
            defer { state.digest = nil }
            return state.digest
        }
        if let digest, !changes.isUnknown, changes.replaced.count <= Self.mostReplaced, let part = try part(changes, since: digest) { return part }
        return try whole()
    }

    private func part(_ changes: SourceChanges, since digest: String) throws -> PreparedSource? {
        guard let (texts, scope, files) = state.withLock({ $0.rules }), files == FileStates(texts.sources) else { return nil }
        for path in changes.replaced { known.forget(path) }
        state.withLock { $0.isWhole = false }
        let knowledge = PreparedSource.Knowledge(known: known, part: PreparedSource.Part(listed: changes.listed, base: digest))
        return try PreparedSource(root: root, texts: texts, scope: scope, knowledge: knowledge) { [watch] in watch.enter($0, $1) }
    }

    private func whole() throws -> PreparedSource {
        let begin = Clock.monotonic
        watch.begin()
        known.forgetAll()
        // The second look finds what changed while the rules were read.
        var texts = try RuleTexts(rules, root: root)
        let files = FileStates(texts.sources)
        texts = try RuleTexts(rules, root: root)
        let scope = RuleScope(texts)
        state.withLock { $0 = State(rules: (texts, scope, files), isWhole: true, begin: begin) }
        return try PreparedSource(root: root, texts: texts, scope: scope, knowledge: PreparedSource.Knowledge(known: known)) { [watch] in watch.enter($0, $1) }
    }

    /// The receiver has what was prepared last.
    public func succeeded(_ report: SyncReport) {
        let (isWhole, begin) = state.withLock { state in
            // What could not be brought is tried again with all the rest.
            state.digest = report.isPartial ? nil : report.treeDigest
            return (state.isWhole, state.begin)
        }
        // Also of a part, in which a folder may be ignored by now.
        if known.takeLoss() || isWhole { watch.keep { [known] in known.folder($0) != nil } }
        if isWhole { watch.scanned(since: begin) }
    }
}
