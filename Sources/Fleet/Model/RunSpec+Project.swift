extension RunSpec {
    /// The project's own name, else that of the folder its sources are in.
    var projectName: String { project ?? Path(workspace).canonical.nameText }
}
