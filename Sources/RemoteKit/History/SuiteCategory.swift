/// What part of a suite a file belongs to, told from its path alone, so that it is the same in every run.
public struct SuiteCategory: Sendable, Equatable {
    /// `index`, `random`, …, or the first folder below the suite's; `other` where there is none.
    public let name: String
    /// The folder below that one.
    public let sub: String?

    /// The parts of SQLite's own suite, by which results used to be counted.
    public static let former = ["select", "evidence", "index", "random", "ddl"]
    private static let roots: Set<Substring> = ["test", "tests", "suite", "suites", "slt", "sqllogictest", "sqllogictests"]

    /// - Parameter path: relative to the workspace.
    public init(_ path: String) {
        let parts = path.split(separator: "/"), folders = parts.dropLast()
        // The suite's own folder is the last that has such a name.
        let below = folders.lastIndex { Self.roots.contains($0) }.map { folders[($0 + 1)...] } ?? folders
        if let first = below.first {
            name = String(first)
            sub = below.dropFirst().first.map(String.init)
        } else {
            name = parts.last?.hasPrefix("select") == true ? "select" : "other"
            sub = nil
        }
    }

    /// One of the six by which results used to be counted.
    public var former: String { Self.former.contains(name) ? name : "other" }
}
