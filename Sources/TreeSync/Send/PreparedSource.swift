/// A source that is open, with its rules, and whose folders are being read ahead. Its threads end with the last reference.
public final class PreparedSource: Sendable {
    /// What a source is to be compared with that was seen before.
    struct Knowledge: Sendable {
        /// Learns what is seen this time.
        var known: KnownSource
        /// What is sent, where that is not all of the tree.
        var part: Part?
    }

    /// A part of a source: what has changed since it was seen.
    struct Part: Sendable {
        /// The folders that are listed again.
        var listed: Set<[UInt8]>
        /// The digest of the tree as it was seen.
        var base: String
    }

    let handle: DirectoryHandle
    let texts: RuleTexts
    let scope: RuleScope
    let scanner: TreeScanner
    let knowledge: Knowledge?

    /// The digest of the tree that the receiver must have, where only what changed since then is sent; `nil` sends the tree.
    public var base: String? { knowledge?.part?.base }

    init(root: String, rules: SourceRules) throws {
        (handle, texts) = try (Self.open(root), RuleTexts(rules, root: root))
        scope = RuleScope(texts)
        knowledge = nil
        scanner = TreeScanner(side: .source, userExcludesFile: texts.globalExcludesFile)
        try scanner.start(handle, scope: scope)
    }

    /// - Parameter entering: is told of each folder before it is read.
    init(root: String, texts: RuleTexts, scope: RuleScope, knowledge: Knowledge, entering: @escaping @Sendable (_ path: [UInt8], DirectoryHandle) -> Void) throws {
        handle = try Self.open(root)
        (self.texts, self.scope, self.knowledge) = (texts, scope, knowledge)
        scanner = TreeScanner(side: .source, userExcludesFile: texts.globalExcludesFile, entering: entering)
        // Of a part, the walk reads the few folders itself.
        if knowledge.part == nil { try scanner.start(handle, scope: scope) }
    }

    private static func open(_ root: String) throws -> DirectoryHandle {
        try DescriptorLimit.check(for: "the sender")
        do throws(Errno) { return try DirectoryHandle.root(root) } catch {
            throw SyncError(.source, "cannot open the source folder \(root): \(error.text); check its name and permissions")
        }
    }

    deinit { scanner.stop() }
}
