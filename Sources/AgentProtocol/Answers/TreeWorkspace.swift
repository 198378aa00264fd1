public import Fleet
public import Wire

/// A workspace that a tree has for itself.
public struct TreeWorkspace: Codable, Sendable, Equatable {
    /// Absolute on the host.
    public var path: String
    /// The tree.
    public var mark: TreeOrigin
    /// When somebody last changed it or ran something there, in seconds since 1970; 0 where that is not known.
    public var lastUse: Double

    /// Each parameter is the property of the same name.
    public init(path: String, mark: TreeOrigin, lastUse: Double) {
        self.path = path
        self.mark = mark
        self.lastUse = lastUse
    }
}

extension TreeWorkspace: HostAnswer {
    /// - Throws: where the path is none: it is named when the workspace is removed.
    public func checked() throws(WireFault) -> TreeWorkspace {
        guard path.utf8.first == UInt8(ascii: "/"), path == Bounds.path(path) else { throw WireFault(.malformed, "the host sent a workspace with an impossible path: '\(Bounds.name(path))'") }
        return TreeWorkspace(path: path, mark: try mark.checked(), lastUse: Bounds.seconds(lastUse))
    }
}
