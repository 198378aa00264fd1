import Fleet
import FoundationEssentials
import Glibc
import Logging
import Platform
import Synchronization
import TreeSync

/// A source tree that is kept the same on a host: brought as a whole once, then what changes.
final class WatchedTree: Sendable {
    private let job: SyncJob
    private let source: WatchedSource
    private let identity: SourceIdentity
    /// The shortage that was told.
    private let told = Mutex<WatchShortage?>(nil)
    /// Problems and notes that were told, since a part of the tree is looked at again and again.
    private let problems = Mutex<Set<SyncProblem>>([])
    private let hasSynced = StartedFlag()
    /// The digest of what the host has since the sync before; `nil` where that is not known.
    private let digest = Mutex<String?>(nil)

    init(_ job: SyncJob) {
        self.job = job
        source = WatchedSource(root: job.configuration.sync.source, rules: job.rules.source)
        identity = SourceIdentity(job.configuration)
    }

    /// Waits until something has changed.
    /// - Parameters:
    ///   - orDue: or until it is time to look, where not all of the tree is watched.
    ///   - pause: or until so much time is over.
    func change(orDue: Bool = true, within pause: Duration? = nil) async {
        guard let pause else { return await source.change(orDue: orDue) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [source] in await source.change(orDue: orDue) }
            group.addTask { try? await Task.sleep(for: pause) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Before something is tried again that was refused only for the moment.
    static let retryPause = Duration.seconds(2)

    /// Whether something has, or may have, changed that was not brought.
    var hasChanged: Bool { source.hasChanged || source.isDue }

    /// The next sync is of all of the tree.
    func forget() { source.forget() }

    /// Brings what changed, or all of the tree.
    /// - Throws: ``RemoteError`` or `CancellationError`; the next sync is of all of the tree then.
    func sync(_ agent: AgentClient, _ events: @escaping @Sendable (WatchEvent) -> Void) async throws -> (sync: WatchedSync, source: SourceState) {
        let start = ContinuousClock.now
        // Whoever ends this halfway, the host may have anything.
        let before = digest.withLock { digest in
            defer { digest = nil }
            return digest
        }
        var prepared = try prepared()
        var done: (report: SyncReport, changes: [SyncChange])?
        if prepared.base != nil {
            do {
                done = try await send(prepared, agent, events)
            } catch where !(error is CancellationError) && !FollowedRun.mayReconnect(error) {
                // Whatever it is, a look at all of the tree mends it, or says what is wrong.
                job.host.logger.debug("all of the tree is synced", metadata: ["reason": "\(error)"])
                prepared = try self.prepared()
            }
        }
        let isWhole = done == nil, isFirst = !hasSynced.isSet
        let (report, changes) = if let done { done } else { try await send(prepared, agent, events) }
        let seconds = (ContinuousClock.now - start).seconds
        source.succeeded(report)
        hasSynced.set()
        tellShortage(events)
        let state = SourceState(GitState.quick(job.configuration.sync.source), digest: report.treeDigest)
        let isOther = report.changed || report.isPartial || report.treeDigest != before
        digest.withLock { $0 = report.isPartial ? nil : report.treeDigest }
        return (WatchedSync(report: report, isWhole: isWhole, isFirst: isFirst, changes: changes, seconds: seconds, isOther: isOther), state)
    }

    /// Leaves word on the host of what it has now.
    func note(_ agent: AgentClient, _ state: SourceState) async throws { try await job.note(agent, state) }

    private func prepared() throws(RemoteError) -> PreparedSource {
        do { return try source.prepare() } catch { throw RemoteError(error) }
    }

    private func send(_ prepared: PreparedSource, _ agent: AgentClient, _ events: @escaping @Sendable (WatchEvent) -> Void) async throws -> (SyncReport, [SyncChange]) {
        let changes = Mutex<[SyncChange]>([])
        var job = job
        // Of the first sync all files would be changes.
        let isItemized = job.options.itemize || hasSynced.isSet
        if hasSynced.isSet {
            // Those were said of what there was at the start.
            job.options.force = false
            job.takesOver = false
        }
        job.options.itemize = isItemized
        let report = try await job.run(agent, reading: prepared, again: { try self.prepared() }, identity: identity, changes: { change in
            if isItemized { changes.withLock { $0.append(change) } }
        }, { event in
            // The caller tells of the sync, when it is known what it was.
            if case .synced = event { return }
            if case .problem(let problem) = event, !self.problems.withLock({ $0.count < Self.mostTold && $0.insert(problem).inserted }) { return }
            events(.job(event))
        })
        return (report, changes.withLock { $0 })
    }

    private static let mostTold = 2000

    private func tellShortage(_ events: (WatchEvent) -> Void) {
        let shortage = source.shortage
        let isNew = told.withLock { told in
            defer { told = shortage }
            return told != shortage
        }
        if isNew, let shortage { events(.shortage(shortage.sentence(of: job.configuration.sync.source))) }
    }
}

extension WatchShortage {
    /// What is the matter, and what to do.
    func sentence(of root: String) -> String {
        let start = "cannot watch all folders of \(SafeText.line(root, limit: 300)): "
        let end = "; the tree is looked through every few seconds instead"
        guard let setting else { return start + reason + end }
        let now = value.map { " is \($0)" } ?? " is too low"
        return start + "the kernel's limit \(setting)\(now)\(end); raise it: sudo sysctl \(setting)=\(Self.enough(setting, value))"
    }

    private static func enough(_ setting: String, _ value: Int?) -> Int {
        let usual = setting.hasSuffix("instances") ? 1024 : 524_288
        return max(usual, (value ?? 0) * 2)
    }
}
