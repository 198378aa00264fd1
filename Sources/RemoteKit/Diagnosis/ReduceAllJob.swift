public import AgentProtocol
import Fleet
import FoundationEssentials

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
    /// Tries at once; `nil` is the number of processors there.
    public var jobs: Int?
    /// Seconds that a file may take; `nil` is what the run allowed.
    public var fileTimeout: Double?
    /// A library's path, `sqlite` or `none`; `nil` is what fits.
    public var reference: String?

    /// What earlier reductions have left, by the record as `FILE:LINE`. Those that came to their end are not made again.
    public var earlier = ReductionState()

    /// What happens meanwhile.
    public enum Event: Sendable {
        /// A failure of a group is reduced now.
        case reducing(SimilarFailures.Member, group: Int, of: Int)
        case progress(ReductionProgress)
        /// This is left of a record's file, so far or in the end.
        case left(String, ReducedFile)
        /// These are the causes so far.
        case causes([FailureCause])
    }

    /// Each parameter is the property of the same name.
    public init(host: Host, configuration: Configuration, run: RunFolder, here: Bool) {
        self.host = host
        self.configuration = configuration
        self.run = run
        self.here = here
    }

    /// - Returns: the causes, those of the most failures first, and how many failures are of groups that were not looked at.
    /// - Throws: ``RemoteError`` or `CancellationError`.
    public func causes(events: @escaping @Sendable (Event) -> Void = { _ in }) async throws -> (causes: [FailureCause], left: Int) {
        let groups = try SimilarFailures.all(of: run)
        var causes: [FailureCause] = []
        for (index, group) in groups.prefix(most).enumerated() {
            try Task.checkCancellation()
            let first = group.members[0]
            events(.reducing(first, group: index + 1, of: min(groups.count, most)))
            let cause: FailureCause
            do {
                let target = try DiagnosisTarget(file: first.file, line: first.line, of: run)
                var job = DiagnosisJob(host: host, configuration: configuration, target: target, here: here)
                job.fileTimeout = fileTimeout
                let key = "\(first.file):\(first.line)"
                let reduced = try await job.reduce(seconds: seconds, reference: reference, jobs: jobs, resumed: earlier.reductions[key], progress: { events(.progress($0)) },
                                                   best: { events(.left(key, $0)) })
                events(.left(key, reduced))
                cause = FailureCause(reduced: reduced, problem: nil, representative: first, members: group.members)
            } catch let error as RemoteError where error.code != .connection {
                // Also one that was cut off in the last group was.
                try Task.checkCancellation()
                cause = FailureCause(reduced: nil, problem: error.message, representative: first, members: group.members)
            }
            FailureCause.add(cause, to: &causes)
            events(.causes(causes))
        }
        let left = groups.dropFirst(most).reduce(0) { $0 + $1.members.count }
        return (causes.enumerated().sorted { ($1.element.members.count, $0.offset) < ($0.element.members.count, $1.offset) }.map(\.element), left)
    }
}
