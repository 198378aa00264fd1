import AgentProtocol
public import Fleet
import FoundationEssentials
import Glibc
import Platform

/// `slt-remote clean`: removes what older releases and killed processes have left, on the host and at home. Sources and results stay.
public struct CleanJob: Sendable {
    /// Which host.
    public var host: Host

    /// For a host, and this machine.
    public init(host: Host) { self.host = host }

    /// What is not needed on the host.
    /// - Parameter isDryRun: only says what that is.
    public func onHost(isDryRun: Bool) async throws -> [UnneededItem] {
        var agents = [host.worker.digest]
        if let dynamic = try? host.dynamicWorker() { agents.append(dynamic.digest) }
        let kept = agents
        return try await host.withAgent { agent in
            // First, so that notes about what they leave go too.
            let trees = try await TreeRemains.clear(agent, isDryRun: isDryRun, now: Clock.now)
            let remains = try await trees + BisectRemains(host: host).clear(agent, isDryRun: isDryRun)
            return try await remains + agent.clean(keepingAgents: kept, isDryRun: isDryRun)
        }
    }

    /// Something on this machine.
    public struct LocalItem: Sendable, Encodable {
        /// Absolute.
        public var path: String
        /// What it takes on the disk.
        public var bytes: Int
    }

    /// What killed clients have left here: bundles that were unpacked or being written, records that were being packed, histories that were being made, trees of bisects.
    public func atHome(isDryRun: Bool) -> [LocalItem] {
        let paths = UnpackedBundle.left() + parts() + RunHistory().file.left + BisectFolder.left()
        let items = paths.map { LocalItem(path: $0, bytes: size($0)) }
        if !isDryRun { BisectFolder.removeLeft() }
        if !isDryRun { for path in paths { try? FileManager.default.removeItem(atPath: path) } }
        return items
    }

    private func parts() -> [String] {
        let results = ResultsFolder.standard(host: host.name)
        let names = { (folder: String) in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] }
        return names(results).filter { RunSpec.isValid(id: $0) }.flatMap { run in
            names("\(results)/\(run)").filter(ReplacedFile.isLeft).map { "\(results)/\(run)/\($0)" }
        }
    }

    private func size(_ path: String) -> Int {
        var info = stat()
        guard lstat(path, &info) == 0 else { return 0 }
        let inner = info.st_mode & S_IFMT == S_IFDIR ? (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] : []
        return Int(info.st_blocks) * 512 + inner.reduce(0) { $0 + size("\(path)/\($1)") }
    }
}
