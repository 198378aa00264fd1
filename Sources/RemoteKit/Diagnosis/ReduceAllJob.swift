public import AgentProtocol
import Fleet
import Platform

/// Reduces one failure of each group of a run: `slt-remote reduce --all`.
public struct ReduceAllJob: Sendable {
    /// Where it is done.
    public var host: Host
    /// The project's.
    public var configuration: Configuration
    /// The run.
    public var run: RunFolder
    /// On this machine in the source tree itself, instead of on the host.
    public var here: Bool
    /// Seconds for one reduction.
    public var seconds = 60.0
    /// Groups that are reduced; the rest is counted.
    public var most = 50
    /// Tries at once, of all groups together; `nil` is the number of processors there.
    public var jobs: Int?
    /// Several groups at the same time, each with its part of the tries.
    public var isSpread = false
    /// Seconds that a file may take; `nil` is what the run allowed.
    public var fileTimeout: Double?
    /// A library's path, `sqlite` or `none`; `nil` is what fits.
    public var reference: String?

    /// What earlier reductions have left, by the record as `FILE:LINE`. Those that came to their end are not made again.
    public var earlier = ReductionState()

    /// What happens meanwhile.
    public enum Event: Sendable {
        case progress(CausesProgress)
        /// This is left of a record's file, so far or in the end.
        case left(String, ReducedFile)
        /// These are the causes so far, those that are not reduced to their end included, and how many failures have none.
        case causes([FailureCause], left: Int)
        case disconnected(reason: String, retryIn: Double)
    }

    /// Each parameter is the property of the same name.
    public init(host: Host, configuration: Configuration, run: RunFolder, here: Bool) {
        self.host = host
        self.configuration = configuration
        self.run = run
        self.here = here
    }

    /// - Parameter events: called from other threads; it must return soon.
    /// - Returns: the causes, those of the most failures first, and how many failures are of groups that were not looked at.
    /// - Throws: ``RemoteError`` or `CancellationError`.
    public func causes(events: @escaping @Sendable (Event) -> Void = { _ in }) async throws -> (causes: [FailureCause], left: Int) {
        let board = CausesBoard(try SimilarFailures.all(of: run), most: most, earlier: earlier, events: events)
        try await reduceAll(board, events)
        try Task.checkCancellation()
        return board.causes
    }

    // MARK: connections

    private func reduceAll(_ board: CausesBoard, _ events: @escaping @Sendable (Event) -> Void) async throws {
        let pauses = FollowedRun.pauses
        var tries = 0
        while !board.isDone {
            let heard = board.heard
            do {
                try await work(board)
            } catch where FollowedRun.mayReconnect(error) && board.heard > 0 {
                try Task.checkCancellation()
                let reason = RemoteError(error).description
                board.takeBack(reason)
                // A connection that had worked is a new loss, not one more failure of the old one.
                tries = board.heard > heard ? 0 : tries + 1
                guard tries < pauses.count else { throw error }
                if board.isDone { return }
                events(.disconnected(reason: reason, retryIn: pauses[tries]))
                try await Task.sleep(for: .seconds(pauses[tries]))
            }
        }
    }

    /// Reduces what waits, over one connection.
    private func work(_ board: CausesBoard) async throws {
        guard let next = board.next else { return }
        let job = job(next)
        try await job.withAgent(for: job.request(task(jobs))) { agent in
            let width = isSpread ? try await self.width(agent) : nil
            let lanes = min(width ?? 1, board.waiting)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<lanes {
                    // All together are as many as were asked for.
                    let share = width.map { $0 / lanes + (lane < $0 % lanes ? 1 : 0) } ?? jobs
                    group.addTask {
                        while let (number, failure) = board.begin() { try await reduce(failure, number, share, board, agent) }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    private func width(_ agent: AgentClient) async throws -> Int {
        if let jobs { return max(1, jobs) }
        return max(1, try await agent.status(run: RunChoice(name: nil, workspace: host.settings.workspace)).sample.cores.count)
    }

    private func task(_ jobs: Int?) -> DiagnosisRequest.Task { .reduce(seconds: seconds, reference: reference, jobs: jobs) }

    private func job(_ failure: SimilarFailures.Member) -> DiagnosisJob {
        var job = DiagnosisJob(host: host, configuration: configuration, target: DiagnosisTarget(file: failure.file, line: failure.line, of: run), here: here)
        job.fileTimeout = fileTimeout
        return job
    }

    /// One that cannot be reduced, or is lost, is told among the causes and ends no other.
    private func reduce(_ failure: SimilarFailures.Member, _ number: Int, _ jobs: Int?, _ board: CausesBoard, _ agent: AgentClient) async throws {
        do {
            let job = job(failure), request = job.request(task(jobs), resumed: board.resumed(number))
            let last = try await job.reduce(request, agent, progress: { board.note($0, of: number) }, best: { board.note($0, of: number) })
            board.note(last, of: number)
            board.end(number)
        } catch let error as RemoteError where !FollowedRun.mayReconnect(error) {
            board.end(number, problem: error.message)
        }
    }
}
