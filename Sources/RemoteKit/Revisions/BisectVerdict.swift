/// What a revision came to.
public enum BisectVerdict: String, Sendable, Codable, Equatable, CaseIterable {
    /// Everything that is looked at holds.
    case good
    /// Something of it fails, each time that it is run.
    case bad
    /// It does not build, or says nothing of what is looked at.
    case skip
    /// It failed and held on the same build.
    case flaky
}
