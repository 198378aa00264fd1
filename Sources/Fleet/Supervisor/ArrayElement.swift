import Glibc
import Platform

/// What the script of an array job says to the supervisor that it becomes, and what Slurm says to both.
public struct ArrayElement: Sendable {
    /// The number of the array's first element in the run.
    let first: Int
    /// Workers of the whole array.
    let workers: Int

    /// Each parameter is the property of the same name.
    public init(first: Int, workers: Int) {
        self.first = first
        self.workers = workers
    }

    /// - Parameter cores: of an element.
    func note(cores: Int) throws(FleetError) -> NodeNote {
        guard let task = Self.number("SLURM_ARRAY_TASK_ID"), task >= 0, workers - task * cores > 0 else {
            throw FleetError(.invalid, "cannot supervise an element: it was not started as one of an array job of Slurm's")
        }
        let number = first + task
        let job = getenv("SLURM_ARRAY_JOB_ID").map { "\(String(cString: $0))_\(task)" }
        return NodeNote(element: number, restarts: Self.number("SLURM_RESTART_COUNT") ?? 0, host: getenv("SLURMD_NODENAME").map { String(cString: $0) } ?? HostName.own, process: ProcessMark.own,
                        firstWorker: number * cores, workers: min(cores, workers - task * cores), job: job)
    }

    private static func number(_ variable: String) -> Int? { getenv(variable).flatMap { Int(String(cString: $0)) } }
}
