/// Where a folder is, or would be: its real path, and the folders from it up to the root that are there.
public struct FolderPlace: Codable, Sendable, Equatable {
    /// The kernel's id of its boot: what is compared lies in one file system tree only below the same kernel.
    public var boot: String
    /// The folder first, if it is there, and the root last.
    public var chain: [FolderIdentity]

    /// - Parameter path: absolute, links resolved.
    public init(path: String) {
        boot = Machine.boot
        var rest = path
        chain = []
        while true {
            if let identity = FolderIdentity(path: rest) { chain.append(identity) }
            guard rest != "/", let slash = rest.lastIndex(of: "/") else { return }
            rest = slash == rest.startIndex ? "/" : String(rest[..<slash])
        }
    }

    /// How this folder and another one of the same machine lie.
    enum Relation { case apart, same, within, around }

    /// - Parameter exists: whether this folder is there; the first of the chain is a parent otherwise.
    func relation(to other: FolderPlace, exists: Bool) -> Relation {
        guard boot != "unknown", boot == other.boot, let first = other.chain.first else { return .apart }
        if exists, let own = chain.first {
            if own.isSame(as: first) { return .same }
            if other.chain.contains(where: { $0.isSame(as: own) }) { return .around }
        }
        return chain.contains { $0.isSame(as: first) } ? .within : .apart
    }
}
