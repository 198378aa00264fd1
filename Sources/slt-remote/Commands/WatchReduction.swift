import AgentProtocol
import Fleet
import FoundationEssentials
import Platform
import RemoteKit
import Reports
import Synchronization

/// The key `r` of a watch: makes the first failure smaller, on the host, beside what the watch does. One at a time.
final class WatchReduction: Sendable {
    private let host: Host
    private let configuration: Configuration
    private let isBusy = Mutex(false)

    init(host: Host, configuration: Configuration) {
        self.host = host
        self.configuration = configuration
    }

    /// - Parameter say: takes words for the screen.
    func start(_ record: FileRecord, say: @escaping @Sendable ([String]) -> Void) {
        let isFirst = isBusy.withLock { isBusy in
            defer { isBusy = true }
            return !isBusy
        }
        guard isFirst else { return }
        say(["reducing \(record.file)"])
        Task {
            defer { isBusy.withLock { $0 = false } }
            do {
                let target = DiagnosisTarget(record)
                // In the tree it would be synced, and perhaps run.
                try FileManager.default.createDirectory(atPath: ResultsFolder.reduced, withIntermediateDirectories: true)
                let files = ReductionFiles<RemoteError>(ReductionPlaces(of: record.file, line: target.line, output: nil, in: ResultsFolder.reduced),
                                         reducing: configuration.sync.source + "/" + record.file, at: DiagnosisArguments.name(of: host, here: false))
                try files.check()
                let reduced = try await DiagnosisJob(host: host, configuration: configuration, target: target, here: false).reduce(seconds: 60, progress: {
                    say(["\(record.file): \(ReductionReport.line($0))"])
                })
                let (script, sql) = try files.end(reduced)
                say(ReductionReport.text(reduced, of: record.file, script: script, sql: sql).split(separator: "\n").map(String.init))
            } catch {
                say(["not reduced: \(error)"])
            }
        }
    }
}
