import AgentProtocol
import Fleet
import Wire

/// Runs whose workers are on a cluster.
extension Agent {
    /// A run on a cluster goes on without its supervisor on this host. Whoever asks for the run gives it another one.
    func revive(_ directory: RunDirectory) async { await revival.revive(directory, state: state, executable: executable, login: login) }

    /// As many workers as the host has cores, unless told. A login node's cores say nothing of a cluster.
    func workers(_ wanted: Int?, of spec: RunSpec) throws -> Int {
        if let wanted { return wanted }
        guard spec.slurm == nil else {
            throw WireFault(.request, "cannot hand the run to Slurm without a number of workers: the cores of the login node say nothing of the cluster; set 'workers' to a number")
        }
        return cores
    }

    /// Refuses what cannot be handed to one.
    func checkCluster(_ directory: RunDirectory) throws {
        let hidden = directory.spec.engine.missing(in: EngineSecrets())
        if directory.spec.slurm != nil, !hidden.isEmpty {
            throw WireFault(.request, "cannot hand run \(directory.spec.id) to Slurm: its engine has values that no file may hold (\(hidden.joined(separator: ", "))), and jobs get their variables through files; "
                + "take them out of [engine], and let the login files of the nodes set them")
        }
    }
}
