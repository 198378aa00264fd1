import Fleet
import FoundationEssentials
import Platform
import TreeSync

/// A watch at work on one connection after another: sync, build, run, wait, and again.
final class WatchSession: Sendable {
    private let job: WatchJob
    private let control: WatchControl
    private let events: @Sendable (WatchEvent) -> Void
    private let tree: WatchedTree
    private let memory: WatchMemory
    private let hasSynced = StartedFlag()
    private let remembered: [FileRecord]

    init(_ job: WatchJob, control: WatchControl, events: @escaping @Sendable (WatchEvent) -> Void) {
        self.job = job
        self.control = control
        self.events = events
        let configuration = job.configuration
        var sync = SyncJob(host: job.host, configuration: configuration, options: SyncOptions(delete: configuration.sync.delete))
        sync.takesOver = job.takesOver
        tree = WatchedTree(sync)
        let last = RunReference.latest(of: configuration.projectName, on: job.host.name)
        remembered = last.map { RecordDetails(folder: $0.path).failing() } ?? []
        memory = WatchMemory(suite: configuration.suite.files, root: configuration.sync.source, failing: Set(remembered.map(\.file)))
    }

    /// Whether a run is, or may be, live on the host.
    var hasRun: Bool { memory.hasRun }

    /// Goes on until the watch is over.
    func run(_ agent: AgentClient) async throws {
        // Of a connection that was lost.
        if let run = memory.live { try await end(run, agent) }
        if !hasSynced.isSet { events(.remembered(remembered)) }
        tree.forget()
        var source: SourceState?, isBuilt = false, begin = ContinuousClock.now
        while !control.isOver {
            if source == nil || tree.hasChanged {
                begin = .now
                guard let brought = try await sync(agent) else {
                    (source, isBuilt) = (nil, false)
                    await wake(ofWishes: false)
                    continue
                }
                if brought.changed || source == nil { isBuilt = false }
                source = brought.source
            }
            if !isBuilt {
                guard let outcome = try await build(agent) else { continue }
                isBuilt = outcome
                // What fails to build is not tried again before something has changed.
                if !isBuilt { await wake(ofWishes: false) }
                continue
            }
            let wish = control.take()
            if wish != nil { begin = .now }
            if let stage = wish ?? memory.next(), let source {
                try await run(stage, source, since: begin, agent)
            } else {
                events(.rests)
                await wake()
            }
        }
    }

    // MARK: waiting

    /// - Parameter orDue: also when it is time to look for changes.
    private func wake(ofWishes: Bool = true, orDue: Bool = true) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [tree] in await tree.change(orDue: orDue) }
            group.addTask { [control] in
                repeat { await control.wish() } while !ofWishes && !control.isOver && !Task.isCancelled && control.take() != nil
            }
            await group.next()
            group.cancelAll()
        }
    }

    private enum Race<Value: Sendable>: Sendable {
        case done(Value)
        case woken
    }

    /// - Returns: `nil` where something changed or was asked for before `body` had ended; it is cancelled then.
    private func unlessWoken<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value? {
        try await withThrowingTaskGroup(of: Race<Value>.self) { group in
            group.addTask { .done(try await body()) }
            group.addTask {
                // What may be nothing ends nothing.
                await self.wake(orDue: false)
                return .woken
            }
            defer { group.cancelAll() }
            guard case .done(let value) = try await group.next() else { return nil }
            return value
        }
    }

    // MARK: steps

    /// - Returns: what the host has now, and whether it is something else than before; `nil` where it could not be brought.
    private func sync(_ agent: AgentClient) async throws -> (source: SourceState, changed: Bool)? {
        do {
            let (sync, source) = try await tree.sync(agent, events)
            events(.synced(sync))
            // What a partial sync has brought is owed a run too, once the rest has come.
            if sync.report.changed { memory.note(sync) }
            guard !sync.report.isPartial else {
                events(.syncFailed(RemoteError(.host, "the sync was partial: \(Human.count(sync.report.problemCount, "problem")), named above; nothing was built or run")))
                return nil
            }
            hasSynced.set()
            return (source, sync.report.changed)
        } catch let error as RemoteError where hasSynced.isSet && !FollowedRun.mayReconnect(error) {
            events(.syncFailed(error))
            return nil
        }
    }

    /// - Returns: whether there is a build now; `nil` where it was ended because something changed.
    private func build(_ agent: AgentClient) async throws -> Bool? {
        guard !job.skipsBuild, job.configuration.prepare.command != nil else { return true }
        let run = RunJob(host: job.host, configuration: job.configuration)
        do {
            return try await unlessWoken { [events] in
                try await run.prepare(agent) { events(.job($0)) }
                return true
            }
        } catch let error as RemoteError where error.code == .prepare {
            events(.buildFailed(error))
            return false
        }
    }

    private func run(_ stage: WatchStage, _ source: SourceState, since begin: ContinuousClock.Instant, _ agent: AgentClient) async throws {
        let files = memory.files(stage)
        guard stage == .all || !files.isEmpty else { return memory.ended(stage) }
        let run = runJob(stage, files), known: KnownFailures?
        let status: RunStatus
        memory.starting()
        do {
            known = try job.configuration.suite.knownFailures == nil ? nil : job.configuration.knownFailures()
            status = try await run.begin(agent, source, known) { [events] in events(.job($0)) }
        } catch {
            memory.started(nil)
            guard let error = error as? RemoteError, !FollowedRun.mayReconnect(error) else { throw error }
            memory.ended(.all)
            return events(.runFailed(error))
        }
        memory.started(status.id)
        events(.began(stage, status))
        let judge = VerdictJudge(known, job.configuration, run: status.id)
        let followed = FollowedRun(host: job.host, results: stage == .all ? job.results : nil) { [memory, events] event in
            switch event {
            case .finished(let record):
                let fails = judge.fails(record)
                memory.note(record, fails: fails)
                events(.verdict(record, fails: fails))
            case .status(_, let sample):
                if !sample.cores.isEmpty { memory.cores = sample.cores.count }
                events(.job(event))
            default: events(.job(event))
            }
        }
        followed.begin(status)
        let result: JobResult?
        do {
            result = try await unlessWoken { try await followed.follow(agent) }
        } catch let error as RemoteError where !FollowedRun.mayReconnect(error) {
            try await end(status.id, agent)
            memory.ended(.all)
            return events(.runFailed(error))
        }
        guard let result else {
            try await end(status.id, agent)
            return events(.ended(stage))
        }
        memory.live = nil
        memory.ended(stage)
        events(.done(stage, result.status, seconds: (ContinuousClock.now - begin).seconds))
        if let error = result.status.error { events(.runFailed(RemoteError(.host, error))) }
        // A connection that is lost shows with the next step.
        if stage != .all { _ = try? await agent.remove(runs: [status.id], isDryRun: false) }
    }

    private func runJob(_ stage: WatchStage, _ files: [String]) -> RunJob {
        var configuration = job.configuration
        configuration.run.mode = .drain
        if stage != .all {
            configuration = configuration.running(files)
            let most = if case .exactly(let count) = configuration.run.workers { count } else { memory.cores }
            configuration.run.workers = .exactly(max(1, min(most, files.count)))
        }
        var run = RunJob(host: job.host, configuration: configuration)
        run.commandLine = job.commandLine
        run.results = job.results
        run.skipsBuild = job.skipsBuild
        // A few files need no plan.
        if stage != .all { run.history = nil }
        return run
    }

    /// Ends a run on the host, and removes what little it has come to.
    private func end(_ run: String, _ agent: AgentClient) async throws {
        do {
            _ = try await agent.stop(run: .named(run), now: true)
        } catch let error as RemoteError where !FollowedRun.mayReconnect(error) {
            // Nobody knows it any more.
        }
        memory.live = nil
        _ = try? await agent.remove(runs: [run], isDryRun: false)
    }
}
