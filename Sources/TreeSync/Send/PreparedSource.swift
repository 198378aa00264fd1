/// A source that is open, with its rules, and whose folders are being read ahead. Its threads end with the last reference.
public final class PreparedSource: Sendable {
    let handle: DirectoryHandle
    let texts: RuleTexts
    let scope: RuleScope
    let scanner: TreeScanner

    init(root: String, rules: SourceRules) throws {
        try DescriptorLimit.check(for: "the sender")
        do throws(Errno) { handle = try DirectoryHandle.root(root) } catch {
            throw SyncError(.source, "cannot open the source folder \(root): \(error.text); check its name and permissions")
        }
        texts = try RuleTexts(rules, root: root)
        scope = RuleScope(texts)
        scanner = TreeScanner(side: .source, userExcludesFile: texts.globalExcludesFile)
        try scanner.start(handle, scope: scope)
    }

    deinit { scanner.stop() }
}
