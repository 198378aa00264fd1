import AgentProtocol
import Fleet
import Platform
import Synchronization

/// What one host does in a run over several: it gets the sources, builds, and runs what the fleet gives it, share after share.
struct HostWork: Sendable {
    let index: Int
    let host: Host
    let job: RunJob
    /// The name of the whole run.
    let run: String
    let folder: SharedRunFolder
    let known: KnownFailures?
    /// Whether it gets the sources and builds, and is not only come back to.
    let prepares: Bool
    let fleet: SharedFleet
    let events: SharedRunJob.Ordered

    private final class Progress: Sendable {
        struct State {
            var source: SourceState?
            var isReady = false
            /// The share that is followed.
            var following: FollowedShare?
            var heard = 0
            /// Shares that were started again.
            var resumed: Set<Int> = []
        }

        let state = Mutex(State())
    }

    /// Seconds before each try to come back; after them the host is given up, and others do its work.
    private static let pauses: [Double] = [0.5, 1, 2, 4, 8]

    /// Goes on until all is done, the host is lost, or the task is cancelled. Tells the fleet of all of it.
    func run() async {
        var own = job
        own.host = host
        do {
            if own.configuration.engine.needsLibraries { own.host = try host.loadingLibraries() }
            do {
                try await work(own)
            } catch let error as RemoteError where error.code == .engineLibrary {
                own.host = try host.loadingLibraries()
                try await work(own)
            }
        } catch is CancellationError {
            return
        } catch {
            await fleet.lost(index, RemoteError(error))
        }
        await fleet.connected(index, nil)
    }

    private func work(_ job: RunJob) async throws {
        let progress = Progress()
        var tries = 0
        while true {
            let heard = progress.state.withLock { $0.heard }
            do {
                return try await job.host.withAgent { agent in
                    await fleet.connected(index, agent)
                    events.send(.onHost(host.name, .connected(hostName: agent.hostName)))
                    try await go(job, agent, progress)
                }
            } catch where FollowedRun.mayReconnect(error) && progress.state.withLock({ $0.isReady }) {
                await fleet.connected(index, nil)
                try Task.checkCancellation()
                tries = progress.state.withLock { $0.heard } > heard ? 0 : tries + 1
                guard tries < Self.pauses.count else { throw error }
                events.send(.onHost(host.name, .disconnected(reason: RemoteError(error).description, retryIn: Self.pauses[tries])))
                try await Task.sleep(for: .seconds(Self.pauses[tries]))
            }
        }
    }

    private func go(_ job: RunJob, _ agent: AgentClient, _ progress: Progress) async throws {
        if !progress.state.withLock({ $0.isReady }) {
            if prepares {
                let source = try await job.sourcesAndBuild(agent) { events.send(.onHost(host.name, $0)) }
                progress.state.withLock { $0.source = source }
            }
            let survey: [SuiteSurvey]
            do { survey = try await agent.survey(request(job, progress)) } catch where !prepares && !FollowedRun.mayReconnect(error) { survey = [] }
            await fleet.ready(index, survey)
            progress.state.withLock { $0.isReady = true }
        }
        if let share = progress.state.withLock({ $0.following }) { try await follow(share, agent, progress) }
        for share in await fleet.unfinished(index) {
            let name = await fleet.shares[share].note.run
            if job.resumes != nil, !progress.state.withLock({ $0.resumed.contains(share) }) {
                try await resume(name, job, agent)
                progress.state.withLock { _ = $0.resumed.insert(share) }
            }
            let followed = followed(share, progress)
            followed.run.begin(RunStatus(id: name, phase: .running, workspace: "", createdAt: 0, timeBudget: 0, total: 0, queued: 0, running: 0, outcomes: [:], workersWanted: 0))
            try await follow(followed, agent, progress)
        }
        while let places = try await fleet.next(index) {
            let status: RunStatus
            do {
                status = try await start(places, job, agent, progress)
            } catch {
                await fleet.notStarted(places)
                throw error
            }
            events.send(.onHost(host.name, .started(status)))
            if job.detaches { return _ = await fleet.started(index, places, status) }
            let followed = followed(await fleet.started(index, places, status), progress)
            followed.run.begin(status)
            try await follow(followed, agent, progress)
        }
    }

    private func request(_ job: RunJob, _ progress: Progress) -> StartRequest {
        var request = job.request(progress.state.withLock { $0.source })
        request.expected = try? job.history?.expectations(of: SuiteKey(request.spec))
        request.known = known
        request.hasBuilt = !job.skipsBuild && job.configuration.prepare.command != nil
        request.spec.context?.isWholeSuite = false
        request.spec.context?.sharedRun = run
        return request
    }

    private func start(_ places: [Int], _ job: RunJob, _ agent: AgentClient, _ progress: Progress) async throws -> RunStatus {
        let files = await fleet.note.files
        try await agent.share(places.map { files[$0].key })
        return try await agent.start(request(job, progress))
    }

    /// A share that is followed, over as many connections as that takes.
    private struct FollowedShare: Sendable {
        let share: Int
        let run: FollowedRun
        let events: AsyncStream<JobEvent>.Continuation
        /// Takes the events in, in their order: they come on other threads.
        let listener: Task<Void, Never>
    }

    /// Starts a share again that has files left; one that has not is only fetched.
    private func resume(_ run: String, _ job: RunJob, _ agent: AgentClient) async throws {
        let workers: Int? = switch job.resumedWorkers {
        case nil: nil
        case .auto: 0
        case .exactly(let count): count
        }
        try await agent.give(EngineSecrets(job.configuration.engine))
        do {
            let status = try await agent.resume(ResumeRequest(run: .named(run), force: job.forcesSync, workers: workers, timeBudget: job.resumedTime))
            events.send(.onHost(host.name, .started(status)))
        } catch let error as RemoteError where error.code == .usage {
            guard let status = try? await agent.status(run: .named(run)).run, (status.outcomes[.untested] ?? 0) <= (status.givenBack ?? 0), status.phase == .finished else { throw error }
        }
    }

    private func followed(_ share: Int, _ progress: Progress) -> FollowedShare {
        let (queue, fleet, events, name) = (AsyncStream.makeStream(of: JobEvent.self), fleet, events, host.name)
        let listener = Task { for await event in queue.stream { await fleet.heard(share, event) } }
        let run = FollowedRun(host: job.host, results: folder.shares(of: host.name), history: nil) { event in
            progress.state.withLock { $0.heard += 1 }
            switch event {
            case .status, .finished: queue.continuation.yield(event)
            case .fetched: break
            default: events.send(.onHost(name, event))
            }
        }
        return FollowedShare(share: share, run: run, events: queue.continuation, listener: listener)
    }

    private func follow(_ followed: FollowedShare, _ agent: AgentClient, _ progress: Progress) async throws {
        progress.state.withLock { $0.following = followed }
        let result = try await followed.run.follow(agent)
        progress.state.withLock { $0.following = nil }
        followed.events.finish()
        await followed.listener.value
        if let error = result.fetchError { throw error }
        await fleet.ended(followed.share, index, result)
    }
}
