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
        // A list that cannot be read is told by the first run.
        let judge = VerdictJudge(try? configuration.knownFailures(), configuration, run: last?.spec.id ?? "")
        let failures = last.map { RecordDetails(folder: $0.path).failing() }?.filter { judge.fails($0) } ?? []
        memory = WatchMemory(suite: configuration.suite.files, root: configuration.sync.source, failing: Set(failures.map(\.file)))
        let failing = memory.failing
        remembered = failures.filter { failing.contains($0.file) }
    }

    /// Whether there is, or may be, a run on the host that has to be ended or removed.
    var hasRun: Bool { memory.hasRun }

    /// Goes on until the watch is over.
    func run(_ agent: AgentClient) async throws {
        // Of a connection that was lost.
        if let finished = memory.finished {
            keep(finished, because: "the connection was lost")
        } else if let run = memory.live {
            try await end(run, agent)
        }
        if !hasSynced.isSet { events(.remembered(remembered)) }
        tree.forget()
        var source: SourceState?, isBuilt = false, begin = ContinuousClock.now, pause: Duration?
        while !control.isOver {
            try Task.checkCancellation()
            if source == nil || tree.hasChanged {
                begin = .now
                guard case .done(let brought) = try await sync(agent, &pause) else {
                    (source, isBuilt) = (nil, false)
                    await wakeToMend(within: pause)
                    continue
                }
                if brought.isOther || source == nil { isBuilt = false }
                source = brought.source
            }
            if !isBuilt {
                switch try await build(agent, &pause) {
                case .done: isBuilt = true
                case .woken: break
                // What fails to build is not tried again before something has changed.
                case .failed: await wakeToMend(within: pause)
                }
                continue
            }
            let wish = control.take()
            if wish != nil { begin = .now }
            if let stage = wish ?? memory.next(), let source {
                guard case .failed = try await run(stage, source, since: begin, agent, &pause), pause != nil else { continue }
                if let wish, !control.isAsking { control.ask(for: wish) }
                await wakeToMend(within: pause)
            } else {
                await removeUnwanted(agent)
                events(.rests)
                await wake()
            }
        }
        await removeUnwanted(agent)
    }

    // MARK: waiting

    /// - Parameters:
    ///   - ofWishes: also when something is asked for, and not only when the watch is to end.
    ///   - orDue: also when it is time to look for changes.
    ///   - pause: also when so much time is over.
    private func wake(ofWishes: Bool = true, orDue: Bool = true, within pause: Duration? = nil) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [tree] in await tree.change(orDue: orDue, within: pause) }
            group.addTask { [control] in
                if ofWishes { await control.wish() } else { await control.over() }
            }
            await group.next()
            group.cancelAll()
        }
    }

    /// Waits until what failed may succeed: something has changed or, of what was refused only for the moment, the pause is over.
    private func wakeToMend(within pause: Duration?) async {
        await wake(ofWishes: false, within: pause)
        // What was asked for meanwhile could not be.
        if pause == nil { _ = control.take() }
    }

    private enum Race<Value: Sendable>: Sendable {
        case done(Value)
        case woken
    }

    /// - Parameter ofWishes: whether what is asked for ends it, and not only a change or the end of the watch.
    /// - Returns: `nil` where it was ended before `body` had; that is cancelled then.
    private func unlessWoken<Value: Sendable>(ofWishes: Bool = true, _ body: @escaping @Sendable () async throws -> Value) async throws -> Value? {
        try await withThrowingTaskGroup(of: Race<Value>.self) { group in
            group.addTask { .done(try await body()) }
            group.addTask {
                // What may be nothing ends nothing.
                await self.wake(ofWishes: ofWishes, orDue: false)
                return .woken
            }
            defer { group.cancelAll() }
            guard case .done(let value) = try await group.next() else { return nil }
            return value
        }
    }

    // MARK: steps

    private enum Step<Value: Sendable>: Sendable {
        case done(Value)
        case woken
        /// As was told.
        case failed
    }

    /// - Parameter pause: is set to how long to wait until it is tried again without a change; `nil` where only a change helps.
    /// - Returns: what the host has now, and whether it is something else than before.
    private func sync(_ agent: AgentClient, _ pause: inout Duration?) async throws -> Step<(source: SourceState, isOther: Bool)> {
        pause = nil
        do {
            let (sync, source) = try await tree.sync(agent, events)
            events(.synced(sync))
            // What a partial sync has brought is owed a run too, once the rest has come.
            if sync.isOther { memory.note(sync) }
            guard !sync.report.isPartial else {
                events(.syncFailed(RemoteError(.host, "the sync was partial: \(Human.count(sync.report.problemCount, "problem")), named above; nothing was built or run")))
                return .failed
            }
            hasSynced.set()
            return .done((source, sync.isOther))
        } catch where hasSynced.isSet && !LastingConnection.isEnd(error) {
            let error = RemoteError(error)
            events(.syncFailed(error))
            if error.isRetryable { pause = WatchedTree.retryPause }
            return .failed
        }
    }

    /// A wish waits until it has ended, or it would never end.
    /// - Parameter pause: as of ``sync(_:_:)``.
    private func build(_ agent: AgentClient, _ pause: inout Duration?) async throws -> Step<Void> {
        pause = nil
        guard !job.skipsBuild, job.configuration.prepare.command != nil else { return .done(()) }
        let run = RunJob(host: job.host, configuration: job.configuration)
        do {
            return try await unlessWoken(ofWishes: false) { [events] in
                try await run.prepare(agent) { events(.job($0)) }
                return .done(())
            } ?? .woken
        } catch where !LastingConnection.isEnd(error) {
            let error = RemoteError(error)
            events(.buildFailed(error))
            if error.isRetryable, error.code != .prepare { pause = WatchedTree.retryPause }
            return .failed
        }
    }

    /// - Parameter pause: as of ``sync(_:_:)``.
    private func run(_ stage: WatchStage, _ source: SourceState, since begin: ContinuousClock.Instant, _ agent: AgentClient,
                     _ pause: inout Duration?) async throws -> Step<Void> {
        pause = nil
        let files = memory.files(stage)
        guard stage == .all || !files.isEmpty else {
            memory.ended(stage)
            return .done(())
        }
        let run = runJob(stage, files), known: KnownFailures?
        let status: RunStatus
        memory.starting()
        do {
            known = try job.configuration.suite.knownFailures == nil ? nil : job.configuration.knownFailures()
            status = try await run.begin(agent, source, known) { [events] in events(.job($0)) }
        } catch {
            memory.started(nil)
            if LastingConnection.isEnd(error) { throw error }
            let error = RemoteError(error)
            events(.runFailed(error))
            if error.isRetryable { pause = WatchedTree.retryPause } else { memory.ended(.all) }
            return .failed
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
            case .status(let status, let sample):
                if stage == .all, status.phase == .finished, memory.finished == nil { memory.finished = (status, (ContinuousClock.now - begin).seconds) }
                if !sample.cores.isEmpty { memory.cores = sample.cores.count }
                events(.job(event))
            default: events(.job(event))
            }
        }
        followed.begin(status)
        let result: JobResult?
        do {
            result = try await unlessWoken { try await followed.follow(agent) }
        } catch where !LastingConnection.isEnd(error) {
            try await end(status.id, agent)
            memory.ended(.all)
            events(.runFailed(RemoteError(error)))
            return .failed
        }
        guard let result else {
            if let finished = memory.finished {
                keep(finished, because: "something else was to be done")
                return .done(())
            }
            try await end(status.id, agent)
            events(.ended(stage))
            return .woken
        }
        if stage != .all { memory.unwanted.append(status.id) }
        memory.live = nil
        memory.ended(stage)
        events(.done(stage, result.status, seconds: (ContinuousClock.now - begin).seconds))
        if let error = result.fetchError { tellKept(status.id, because: error.message) }
        if let error = result.status.error { events(.runFailed(RemoteError(.host, error))) }
        await removeUnwanted(agent)
        return .done(())
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

    /// A run of all files has come to its end, and its results have not come: it stays on the host.
    private func keep(_ finished: (status: RunStatus, seconds: Double), because reason: String) {
        memory.live = nil
        memory.ended(.all)
        events(.done(.all, finished.status, seconds: finished.seconds))
        tellKept(finished.status.id, because: reason)
    }

    private func tellKept(_ run: String, because reason: String) {
        events(.job(.warning("the results of run \(SafeText.line(run, limit: 100)) were not downloaded: \(reason); they stay on \(job.host.name)")))
    }

    /// Ends a run on the host, and removes what little it has come to.
    private func end(_ run: String, _ agent: AgentClient) async throws {
        do {
            _ = try await agent.stop(run: .named(run), now: true)
        } catch where !LastingConnection.isEnd(error) {
            // Nobody knows it any more.
        }
        memory.unwanted.append(run)
        memory.live = nil
        await removeUnwanted(agent)
    }

    /// Removes the runs of a few files from the host, and again those that could not be removed before: the agent of a connection that was lost may
    /// read one for a while.
    private func removeUnwanted(_ agent: AgentClient) async {
        let unwanted = memory.unwanted
        guard !unwanted.isEmpty else { return }
        // A connection that is lost shows with the next step.
        guard let removals = try? await agent.remove(runs: unwanted, isDryRun: false) else { return }
        memory.unwanted = removals.filter(\.mayBeTriedAgain).map(\.run)
    }
}
