extension HostSettings {
    /// Where revisions are built, beside the project's workspace.
    /// - Parameter number: from 1.
    func bisectWorkspace(_ number: Int) -> String {
        var base = workspace[...]
        while base.count > 1, base.hasSuffix("/") { base = base.dropLast() }
        return "\(base).bisect-\(number)"
    }
}
