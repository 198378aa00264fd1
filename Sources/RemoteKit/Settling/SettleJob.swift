import Fleet
import Platform
import Synchronization

/// Runs one file again and again under several conditions, and says on which its failures depend.
///
/// The sources on the host and what was built there are used as they are. Each run is a partial one: it is never the last run of anything. All are ended
/// with this job, also where its task is cancelled; what they have come to until then stays among the results.
public struct SettleJob: Sendable {
    /// Where it runs.
    public var host: Host
    /// What is run and how; its files are the others.
    public var configuration: Configuration
    /// Relative to the source tree, as the file system has it.
    public var file: String
    /// How often it is run under each condition.
    public var runs = 40
    /// Seconds for all of it.
    public var time = 600.0
    /// The words of the command line that asks for it, as in ``RunJob``.
    public var commandLine: [String] = []
    /// Where the folders of the runs go; `nil` is where all results go.
    public var results: String?

    /// Each parameter is the property of the same name.
    public init(host: Host, configuration: Configuration, file: String) {
        self.host = host
        self.configuration = configuration
        self.file = file
    }

    /// What it came to.
    public struct Settled: Sendable, Equatable, Codable {
        public var file: String
        /// By condition, in the order in which they were tried.
        public var counts: [SettleCount]
        public var verdict: SettleVerdict

        /// The verdict follows from the counts.
        public init(file: String, counts: [SettleCount]) {
            self.file = file
            self.counts = counts
            verdict = SettleVerdict(counts)
        }
    }

    /// Does all of it.
    /// - Parameter events: called from other threads, one call at a time; it must return soon.
    /// - Throws: ``RemoteError`` or `CancellationError`.
    public func run(events: @escaping @Sendable (SettleEvent) -> Void = { _ in }) async throws -> Settled {
        let steps = SettleStep.plan(runs: runs, seed: configuration.run.seed, seesSeed: configuration.engine.kind == .command,
                                    hasOthers: !configuration.suite.files.isEmpty)
        let begin = ContinuousClock.now, cores = Mutex(2), warnings = Mutex(Set<String>())
        var counts: [SettleCount] = []
        for (index, step) in steps.enumerated() {
            events(.begins(step.condition, number: index + 1, count: steps.count))
            let left = time - (ContinuousClock.now - begin).seconds
            let weight = Double(step.rounds) / Double(steps[index...].reduce(0) { $0 + $1.rounds })
            let job = job(step, seconds: max(Self.shortest, left * weight), cores: cores.withLock { $0 })
            let count = try await count(step, OwnedRun(job).result { event in
                if case .status(_, let sample) = event, !sample.cores.isEmpty { cores.withLock { $0 = sample.cores.count } }
                // Each run would warn of the same settings.
                if case .warning(let text) = event, !warnings.withLock({ $0.insert(text).inserted }) { return }
                events(.job(event))
            })
            if let last = counts.last, last.condition == step.condition {
                counts[counts.count - 1] = SettleCount(step.condition, failed: last.failed + count.failed, runs: last.runs + count.runs, names: last.names + count.names)
            } else {
                counts.append(count)
            }
            if index + 1 == steps.count || steps[index + 1].condition != step.condition, let last = counts.last { events(.counted(last)) }
        }
        return Settled(file: file, counts: counts)
    }

    /// Seconds that each run gets in any case.
    private static let shortest = 5.0
    /// No more than this makes sense for copies of one file.
    private static let largestCrowd = 128

    private func job(_ step: SettleStep, seconds: Double, cores: Int) -> RunJob {
        var settings = configuration
        settings.run.mode = .soak
        settings.run.cached = false
        settings.run.retries = 0
        settings.run.seed = step.seed
        settings.run.time = seconds
        switch step.workers {
        case .one: settings.run.workers = .exactly(1)
        case .configured: break
        case .crowd: settings.run.workers = .exactly(min(max(2, cores * 2), Self.largestCrowd))
        }
        let own = Glob.literal(file)
        settings.suite.files = step.others == 0 ? [own] : settings.suite.files + [own]
        var job = RunJob(host: host, configuration: settings)
        job.skipsSync = true
        job.skipsBuild = true
        job.rounds = step.rounds
        job.commandLine = commandLine
        job.selection = Selection(order: .random, sample: Selection.Sample(keep: [file], others: step.others, seed: step.seed))
        if let results { job.results = results }
        return job
    }

    /// What the run says of the file.
    private func count(_ step: SettleStep, _ result: JobResult) throws(RemoteError) -> SettleCount {
        if let error = result.fetchError { throw error }
        guard let folder = result.folder else { throw RemoteError(.results, "cannot settle \(file): the results of run \(result.status.id) did not come") }
        if let error = result.status.error { throw RemoteError(.host, "cannot settle \(file): \(error)") }
        var own: FileRecord?
        do {
            try RunFolder(path: folder).forEachRecord { record in
                if record.file == file { own = record }
                return own == nil
            }
        } catch {
            throw RemoteError(.results, "cannot read the records of run \(result.status.id): \(error)")
        }
        guard let own else { throw RemoteError(.results, "cannot settle \(file): run \(result.status.id) has no record of it") }
        if own.outcome.isKeptOut || own.outcome == .unreadable {
            throw RemoteError(.usage, "cannot settle \(file): it is \(own.outcome.word)" + (own.message.map { ": \($0)" } ?? ""))
        }
        return step.count(own, of: result.status.id)
    }
}
