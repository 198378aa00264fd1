public import Fleet
import FoundationEssentials
import Glibc
public import TreeSync

/// `slt-remote fetch`: brings a run directory home and checks that its records add up.
public struct FetchJob: Sendable {
    public var host: Host
    /// Where the folder of the run goes.
    public var folder: String

    public init(host: Host, folder: String) {
        self.host = host
        self.folder = folder
    }

    public struct Fetched: Sendable {
        public var status: RunStatus
        /// The run's own folder.
        public var folder: String
        public var report: TreeSync.SyncReport
    }

    public func run(_ run: String?) async throws -> Fetched { try await host.withAgent { try await self.run($0, run: run) } }

    func run(_ agent: AgentClient, run: String?) async throws -> Fetched {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw RemoteError(.usage, "cannot make the folder \(folder) for the results: \(String(cString: strerror(errno))); choose another with 'slt-remote fetch --to DIR'")
        }
        let (status, target, report) = try await agent.fetch(run: run, into: folder)
        guard !report.isPartial else {
            let first = report.problems.first.map { ": \($0)" } ?? ""
            throw RemoteError(.results, "not everything of run \(status.id) could be fetched\(first); try 'slt-remote fetch \(status.id)' again", isRetryable: true)
        }
        if status.phase == .finished {
            try RecordCheck(folder: target, status: status.clamped()).run()
            // Of a run that was fetched before it had ended; now the records have all of it.
            try? FileManager.default.removeItem(atPath: target + "/results")
        }
        return Fetched(status: status.clamped(), folder: target, report: report)
    }
}

/// Where results are kept when nothing else is said: outside the source tree, so that they outlive it and are never synced.
public enum ResultsFolder {
    /// `$XDG_DATA_HOME/slt-remote/results/HOST`, by default below `~/.local/share`.
    public static func standard(host: String) -> String { standard(host: host, environment: ProcessInfo.processInfo.environment) }

    static func standard(host: String, environment: [String: String]) -> String {
        let data = environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? (environment["HOME"] ?? "") + "/.local/share"
        let name = String(host.map { $0.isLetter || $0.isNumber || ".-_@".contains($0) ? $0 : "_" })
        return "\(data)/slt-remote/results/\(name.hasPrefix(".") ? "_" + name : name)"
    }
}

/// Compares the records that arrived with what the run says of itself: `discovered = Σ outcomes`.
struct RecordCheck {
    let folder: String
    let status: RunStatus

    private struct Line: Decodable {
        var id: Int
        var outcome: Outcome
    }

    /// - Throws: ``RemoteError`` of code `results`.
    func run() throws(RemoteError) {
        let path = folder + "/records.jsonl"
        let outcomes: [Outcome: Int]
        let total: Int
        do {
            (outcomes, total) = try count(path)
        } catch {
            throw RemoteError(.results, "cannot read the records of run \(status.id) in \(path): \(error)")
        }
        guard total == status.total, outcomes == status.outcomes.filter({ $0.value > 0 }) else {
            throw RemoteError(.results, "the results of run \(status.id) do not add up: \(total) records came for \(status.total) files; see \(path), and keep the run directory on the host")
        }
    }

    private func count(_ path: String) throws -> ([Outcome: Int], Int) {
        let data = try Data(contentsOf: URL(filePath: path), options: .alwaysMapped)
        let decoder = JSONDecoder()
        var outcomes: [Outcome: Int] = [:]
        var seen: Set<Int> = []
        for line in data.split(separator: UInt8(ascii: "\n")) {
            let record = try decoder.decode(Line.self, from: line)
            if seen.insert(record.id).inserted { outcomes[record.outcome, default: 0] += 1 }
        }
        return (outcomes, seen.count)
    }
}
