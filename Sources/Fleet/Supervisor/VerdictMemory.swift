/// Verdicts that earlier runs have left, for files whose inputs are the same. What an input is, the fleet does not know.
public protocol VerdictMemory {
    /// Why nothing is remembered of a run like this one.
    var reason: String? { get }

    /// What would run the files, for a run that starts no worker.
    var engine: EngineIdentity? { get }

    /// What is known of files.
    /// - Parameter files: by their position.
    /// - Returns: verdicts by position; files without one have to be run.
    mutating func recall(_ files: [(id: Int, file: SuiteFile)]) -> [Int: KnownVerdict]

    /// Takes in what this run has shown.
    /// - Parameters:
    ///   - isDistrusted: an audit came out otherwise, so that all that was remembered of runs like this one is forgotten.
    ///   - mayKeep: whether the file at a position passed as it should.
    mutating func conclude(isDistrusted: Bool, mayKeep: (Int) -> Bool)
}
