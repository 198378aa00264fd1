/// How a run is handed to Slurm: its workers are array jobs, each element a supervisor of its cores.
public struct SlurmSpec: Codable, Sendable, Equatable {
    /// Words for `sbatch`, behind those of the run itself.
    public var arguments: [String]
    /// Cores of an element, and so the workers that it has.
    public var cores: Int

    /// Each parameter is the property of the same name.
    public init(arguments: [String] = [], cores: Int = 1) {
        self.arguments = arguments
        self.cores = cores
    }

    /// More than any machine has.
    public static let mostCores = 4096

    /// Elements for so many workers.
    public func elements(workers: Int) -> Int { max(1, (workers + cores - 1) / max(1, cores)) }
}
