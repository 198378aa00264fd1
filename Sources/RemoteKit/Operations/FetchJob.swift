import AgentProtocol
public import Fleet
import FoundationEssentials
import Platform
public import TreeSync

/// `slt-remote fetch`: brings a run directory home and checks that its records add up.
public struct FetchJob: Sendable {
    /// Which host has the run.
    public var host: Host
    /// Where the folder of the run goes; absolute.
    public var results: String
    /// Where the run is noted when it has come; `nil` notes it nowhere.
    public var history: RunHistory? = RunHistory()

    /// The results go to ``ResultsFolder/standard(host:)`` where no folder is given.
    public init(host: Host, results: String? = nil) {
        self.host = host
        self.results = results ?? ResultsFolder.standard(host: host.name)
    }

    /// What came home.
    public struct Fetched: Sendable {
        /// Where the run stood.
        public var status: RunStatus
        /// The run's own folder, on this machine.
        public var folder: String
        /// What moved.
        public var report: SyncReport
        /// Why the run is not in the history as it should be; the results themselves are whole.
        public var historyNotice: String?
    }

    /// - Parameter run: which one; the host cannot answer for another.
    /// - Throws: ``RemoteError``, of code `results` where not everything came or the records do not add up.
    public func run(_ run: RunChoice) async throws -> Fetched { try await host.withAgent { try await self.run($0, run: run) } }

    func run(_ agent: AgentClient, run: RunChoice) async throws -> Fetched {
        let (status, files, report) = try await agent.fetch(run: run, into: results)
        guard !report.isPartial else {
            let first = report.problems.first.map { ": \($0)" } ?? ""
            throw RemoteError(.results, "not everything of run \(status.id) could be fetched\(first)", remedy: .fetchAgain(run: status.id), isRetryable: true)
        }
        if status.phase == .finished {
            try RecordCheck(folder: files.folder, status: status).run()
            // Of a run that was fetched before it had ended; now the records have all of it.
            files.remove(below: "results")
        }
        try files.forgetMissing(status.id)
        return Fetched(status: status, folder: files.folder, report: report, historyNotice: history?.note(files.folder))
    }
}
