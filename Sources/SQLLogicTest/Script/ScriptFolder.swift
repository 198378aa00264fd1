/// The folder that a script lies in, links resolved.
struct ScriptFolder: Sendable {
    /// Nil where it cannot be resolved: then nothing is in it.
    private let path: String?

    /// - Parameter name: the script's path.
    init(of name: String) { path = RawPath.resolved(name.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(name[...$0]) } ?? ".") }

    /// Whether a file that is there lies in it or below it, wherever links lead.
    func holds(_ file: String) -> Bool {
        guard let path, let resolved = RawPath.resolved(file) else { return false }
        return path == "/" || resolved.hasPrefix(path + "/")
    }

    /// Whether a file that is there lies elsewhere.
    func isLeft(by file: String) -> Bool { RawPath.resolved(file) != nil && !holds(file) }
}
