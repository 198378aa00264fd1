public import Fleet

/// Runs are compared within one suite only: a project, tested on one kind of engine. Hosts, branches and options may differ.
public struct SuiteKey: Sendable, Hashable {
    /// The name of the folder that the sources came from.
    public let project: String
    /// `sqlite`, `postgres`, `external` or `command`.
    public let engine: String

    /// Each parameter is the property of the same name.
    public init(project: String, engine: String) {
        self.project = project
        self.engine = engine
    }

    /// The suite of a run. Runs that name no project have the one of their workspace's folder.
    public init(_ spec: RunSpec) {
        self.init(project: RunFacts.line(spec.projectName), engine: spec.engine.kind.rawValue)
    }
}
