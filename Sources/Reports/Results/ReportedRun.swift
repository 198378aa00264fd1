public import Fleet
import Platform
public import RemoteKit

/// A run on this machine as every format tells it.
public struct ReportedRun: Sendable {
    public let details: RunDetails
    /// As the host would tell it; made from what was fetched.
    public let status: RunStatus
    /// Files that failed, sorted by name, without ``known``.
    public let failures: [ReportedFile]
    /// Files of which all that fails was known to when the run started, sorted by name.
    public let known: [ReportedFile]
    /// What the run comes to by the failures that were known; `nil` for a run that was started without a list of them.
    public let judgement: Judgement?
    /// Files that passed and failed on the same sources, sorted by name.
    public let flaky: [FileRecord]
    /// Records of files that were run in parts.
    public let parted: [FileRecord]
    /// Files that were not run, with reasons, sorted by name.
    public let keptOut: [KeptOutFile]
    /// Files that were not run because they have passed before, sorted by name.
    public let cached: [RunDetails.File]
    /// Of the host as it is named on a command line.
    public var host: String
    /// Those that shared it; empty where one host had it.
    public var hosts: [String] { details.folder.sharedHosts }
    /// What commands that are named need to be about the same project.
    public var options: [String] = []
    /// Leads from where the user stands in the tree to its top, `../` for each folder.
    public var upwards = ""
    /// This run beside the full one before it; `nil` where there is none, or nobody looked. Only a page shows it.
    public var pair: RunPair?
    /// The last full runs of the suite, oldest first, this one among them. Only a page shows them.
    public var trend: [TrendPoint] = []

    /// - Parameters:
    ///   - pasts: of files that failed, by name; files without one have no past that is known.
    ///   - host: `nil` takes the name of the folder that the run is in, or what its bundle says.
    public init(_ details: RunDetails, pasts: [String: FailurePast] = [:], host: String? = nil) {
        self.details = details
        let folder = details.folder
        let shared = folder.sharedHosts
        self.host = shared.isEmpty ? host ?? folder.hostFolder : shared.joined(separator: ", ")
        status = Self.status(details)
        // A list that cannot be read makes every failure a new one.
        judgement = try? folder.judgement()
        let new = judgement?.filesToMend
        let all = details.records.filter(\.outcome.isFailure).map { record in
            var file = ReportedFile(record, rows: record.failures.isEmpty ? [] : folder.rows(of: record.id), past: pasts[record.file])
            file.isKnown = new.map { !$0.contains(record.file) } ?? false
            return file
        }
        failures = all.filter { !$0.isKnown }
        known = all.filter(\.isKnown)
        flaky = details.records.filter { $0.flaky == true }
        keptOut = details.records.compactMap { KeptOutFile($0) }
        cached = details.cached
        parted = details.parted
    }

    public var spec: RunSpec { details.folder.spec }

    /// Of the run itself, as `run` ended with it.
    public var exitCode: ExitCode { (judgement?.exitCode ?? ExitCode.of(status)).proven(in: status) }

    /// All files that failed, sorted by name.
    public var all: [ReportedFile] { known.isEmpty ? failures : (failures + known).sorted { ($0.record.file, $0.record.id) < ($1.record.file, $1.record.id) } }

    /// Why the figures, or what is told of failures, are not those of a whole run; `nil` for one that is.
    public var caveat: String? {
        let reasons = [incompleteness, details.folder.isPruned ? "pruned: rows and logs are gone" : nil].compactMap(\.self)
        return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    }

    private var incompleteness: String? {
        guard let summary = details.folder.summary else { return "the run had not ended when it was fetched: these are the \(Human.count(details.files.count, "file")) that it had published" }
        if spec.mode == .drain, summary.total > details.files.count {
            return "\(Human.count(summary.total - details.files.count)) of the run's \(Human.count(summary.total, "record")) cannot be read on this machine; fetch the run again"
        }
        switch summary.end {
        case .drained: return nil
        case .budget: return spec.mode == .soak ? nil : "the run's time was over before all files were run"
        case .stopped: return "the run was stopped before all files were run"
        case .failed: return "the run could not go on" + (summary.error.map { ": \(SafeText.sentence($0, limit: 500))" } ?? "")
        }
    }

    /// Failed records by kind, without consequences; those of each file that were kept.
    public var kinds: [FailureKind: Int] { FailureKind.counts(in: failures) }

    /// Failed records that follow from others.
    public var consequences: Int { failures.reduce(0) { $0 &+ $1.consequences } }

    /// `97.0 %`, of all files found.
    public var passRate: String { Human.percent(status.passed, of: status.total) }

    private static func status(_ details: RunDetails) -> RunStatus {
        let spec = details.folder.spec, summary = details.folder.summary
        let outcomes = summary?.outcomes ?? details.outcomes
        let ends = details.files.map(\.finishedAt).filter { $0 > 0 }
        let began = summary?.startedAt ?? details.files.lazy.filter { $0.finishedAt > 0 }.map { $0.finishedAt - $0.duration }.min()
        var status = RunStatus(
            id: spec.id, phase: summary == nil ? .interrupted : .finished, workspace: spec.workspace, createdAt: began ?? 0, startedAt: began,
            finishedAt: summary?.finishedAt ?? ends.max(), timeBudget: spec.timeBudget, total: details.folder.total ?? details.files.count, queued: 0, running: 0,
            outcomes: outcomes, tests: summary?.tests ?? details.files.reduce(0) { $0 &+ $1.tests },
            skippedRecords: summary?.skippedRecords ?? details.files.reduce(0) { $0 &+ $1.skipped }, workersWanted: summary?.workers ?? spec.workers,
            restarts: summary?.restarts ?? 0, utilisation: summary?.utilisation, end: summary?.end, error: summary?.error)
        status.flaky = summary?.flaky ?? details.files.count(where: \.isFlaky)
        status.flakyRule = spec.flaky
        status.retries = summary?.retries
        status.retriesRefused = summary?.retriesRefused
        status.iteration = summary?.iterations
        status.use = summary?.use
        status.cache = summary?.cache
        status.memory = summary?.memory
        status.obstacle = summary?.obstacle
        status.project = spec.project
        status.startedBy = spec.startedBy
        status.source = spec.source
        status.resumedOn = spec.resumedOn
        status.partialSync = spec.source?.partialSync
        return status
    }
}
