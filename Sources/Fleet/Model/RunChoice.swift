/// Which run is meant.
public struct RunChoice: Codable, Sendable, Equatable {
    /// Its name; without one the live run is meant, else the latest.
    public var name: String?
    /// Without a name: only runs on the sources of this folder count. `nil` for those of all projects.
    public var workspace: String?

    /// A run by its name, or the latest of a folder.
    public init(name: String?, workspace: String? = nil) {
        self.name = name
        self.workspace = workspace
    }

    /// The run of this name.
    public static func named(_ name: String) -> RunChoice { RunChoice(name: name) }
    /// The live run of all projects, else the latest.
    public static let any = RunChoice(name: nil)
}
