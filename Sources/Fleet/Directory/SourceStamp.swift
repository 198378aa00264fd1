import Glibc

/// What the last sync brought into a workspace: a small file of the state folder, so that a run that is started or resumed
/// without a sync knows the sources it gets.
public struct SourceStamp: Codable, Sendable, Equatable {
    /// The folder, without links.
    public var workspace: String
    /// What the sync brought, where it was finished.
    public var source: SourceState?
    /// A sync began and did not end: the sources are a mixture.
    public var isUnfinished: Bool?
    /// The name of the folder that the sources came from.
    public var project: String?

    /// - Parameter workspace: a folder, which need not exist.
    public init(workspace: String, source: SourceState? = nil, isUnfinished: Bool? = nil, project: String? = nil) {
        self.workspace = Path(workspace).canonical.text
        self.source = source
        self.isUnfinished = isUnfinished
        self.project = project
    }

    /// - Returns: `nil` where no sync has left one, or what is there is none.
    public static func read(state: String, workspace: String) -> SourceStamp? {
        let own = SourceStamp(workspace: workspace)
        let path = own.path(state)
        guard let bytes = try? path.contents(limit: 1 << 20), let stamp = try? JSON.decode(SourceStamp.self, bytes, path),
              stamp.workspace == own.workspace else { return nil }
        return stamp
    }

    /// Replaces what an earlier sync has left.
    /// - Parameter state: the folder of agents and runs.
    /// - Throws: ``FleetError`` `system`.
    public func write(state: String) throws(FleetError) {
        let path = path(state)
        try path.parent.makeFolders()
        try path.replace(with: JSON.encode(self))
    }

    private func path(_ state: String) -> Path {
        Path(state).absolute / "sources" / PathAsName.of(workspace)
    }
}
