import AgentProtocol
import Fleet
import FoundationEssentials
import Platform

/// `slt-remote prune`: removes old runs from a host, and of those at home all but their records.
public struct PruneJob: Sendable {
    /// Which host's runs.
    public var host: Host
    /// Which runs are old enough.
    public var plan: PrunePlan
    /// Absolute; the folder of the host's runs at home.
    public var results: String
    /// Only says what would be done.
    public var isDryRun: Bool
    /// Whether the host is asked at all.
    public var asksHost = true

    /// The runs at home are in ``ResultsFolder/standard(host:)``.
    public init(host: Host, plan: PrunePlan, isDryRun: Bool) {
        self.host = host
        self.plan = plan
        self.isDryRun = isDryRun
        results = ResultsFolder.standard(host: host.name)
    }

    /// What became of a run on one side.
    public struct Item: Sendable, Encodable {
        /// Where it is.
        public enum Side: String, Sendable, Encodable { case host, home }
        public var side: Side
        public var run: String
        public var project: String?
        /// Seconds since 1970.
        public var time: Double
        /// Bytes of the disk that are freed, or would be; of a run that stays what it takes where that is known.
        public var bytes: Int
        /// Why it stays; `nil` for one that goes.
        public var kept: String?
    }

    /// The host's first: what is at home decides what may go there.
    /// - Throws: ``RemoteError`` or `CancellationError`.
    public func run() async throws -> [Item] {
        let items = asksHost ? try await host.withAgent { try await self.onHost($0) } : []
        return items + atHome()
    }

    // MARK: the host

    /// Runs of a host that are looked at.
    private static let most = 100_000

    private func onHost(_ agent: AgentClient) async throws -> [Item] {
        let statuses = try await agent.runs(limit: Self.most)
        let byName = Dictionary(statuses.map { ($0.id, $0) }) { one, _ in one }
        let decided = plan.decide(statuses.map(candidate))
        let removals = try await agent.remove(runs: decided.filter { $0.reason == nil }.map(\.run.id), isDryRun: isDryRun)
        let outcomes = Dictionary(removals.map { ($0.run, $0) }) { one, _ in one }
        return decided.map { run, reason in
            let removal = outcomes[run.id]
            let kept = reason.map(Self.words) ?? (removal == nil ? "the host did not answer for it" : removal?.refusal)
            return Item(side: .host, run: run.id, project: byName[run.id]?.project, time: run.time, bytes: removal?.bytes ?? 0, kept: kept)
        }
    }

    private func candidate(_ status: RunStatus) -> PrunePlan.Candidate {
        PrunePlan.Candidate(id: status.id, project: status.project, owner: status.startedBy, time: status.finishedAt ?? status.createdAt,
                            isLive: status.phase == .running || status.phase == .stopping, isFetched: isHome(status))
    }

    /// Whether it is at home as it ended: a run that was resumed since then is another one.
    private func isHome(_ status: RunStatus) -> Bool {
        guard status.phase == .finished, let folder = try? RunFolder(path: "\(results)/\(status.id)"), let summary = folder.summary else { return false }
        return summary.finishedAt == status.finishedAt && folder.hasRecords
    }

    private static func words(_ reason: PrunePlan.Reason) -> String {
        switch reason {
        case .live: "it is running"
        case .others: "somebody else started it"
        case .unfetched: "it is not at home as it ended"
        }
    }

    // MARK: at home

    private func atHome() -> [Item] {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: results)) ?? []).filter { RunSpec.isValid(id: $0) }
        var folders: [String: RunFolder] = [:]
        for name in names {
            if let folder = try? RunFolder(path: "\(results)/\(name)") { folders[name] = folder }
        }
        var plan = plan
        // What is here is ours, whoever started it.
        plan.owner = nil
        let runs = folders.values.map { folder in
            PrunePlan.Candidate(id: folder.spec.id, project: folder.project, owner: folder.spec.startedBy,
                                time: folder.summary?.finishedAt ?? folder.modified, isLive: false, isFetched: folder.summary != nil)
        }
        return plan.decide(runs).compactMap { run, reason in
            guard folders[run.id]?.isPruned == false else { return nil }
            var item = Item(side: .home, run: run.id, project: run.project, time: run.time, bytes: 0, kept: reason.map { _ in "it was fetched before it had ended" })
            guard item.kept == nil else { return item }
            do throws(RemoteError) {
                item.bytes = try PrunedRun.prune(run.id, in: results, isDryRun: isDryRun)
            } catch {
                item.kept = error.code == .locked ? "a fetch is at work there" : error.message
            }
            return item
        }
    }
}
