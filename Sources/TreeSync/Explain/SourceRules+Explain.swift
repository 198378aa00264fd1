extension SourceRules {
    /// Judges one path as a sync would.
    /// - Parameters:
    ///   - path: below `root`; what it names has to be there.
    ///   - root: a folder.
    /// - Throws: ``SyncError`` where it is not there or a rule file cannot be read.
    public func explain(_ path: TreePath, root: String) throws -> RuleExplanation {
        try RuleExplainer(self, root: root).explain(path)
    }
}
