import FoundationEssentials
import Logging
import SSH
import Wire

/// The agent on the other side of an SSH connection.
struct RemoteAgent {
    let host: Host
    let spec: String

    func run<Result: Sendable>(_ body: @escaping @Sendable (AgentClient) async throws -> Result) async throws -> Result {
        // Computed while the connection is made.
        async let _ = Self.computeDigest(of: host.worker)
        let target = try await SSHTarget.resolve(spec: spec, overrides: overrides)
        let session = try await SSHSession.connect(
            to: target, credentials: host.credentials, acceptedFingerprint: host.acceptedFingerprint, logger: host.logger)
        do {
            let result = try await converse(session) { agent in
                var agent = agent
                agent.roundTrip = await session.roundTrip
                let key = await session.knownKey
                agent.openLane = { try await openLane(target, key, $0, $1) }
                host.logger.debug("the agent answers", metadata: ["roundTrip": "\(agent.roundTrip)"])
                return try await body(agent)
            }
            await session.close()
            return result
        } catch {
            await session.close()
            throw error
        }
    }

    @concurrent private static func computeDigest(of worker: WorkerBinary) async { _ = worker.digest }

    private var overrides: SSHOverrides {
        var overrides = SSHOverrides()
        overrides.user = host.settings.user
        overrides.port = host.settings.port.flatMap { UInt16(exactly: $0) }
        overrides.identityFiles = host.settings.identityFiles
        overrides.knownHostsFile = host.settings.knownHostsFiles.first
        overrides.configFile = host.settings.sshConfig
        return overrides
    }

    private var bootstrap: Bootstrap { Bootstrap(worker: host.worker, state: host.settings.state) }

    /// Twice at most: the first try finds out that the agent has to be uploaded.
    private func converse<Result: Sendable>(
        _ session: SSHSession, _ body: @escaping @Sendable (AgentClient) async throws -> Result
    ) async throws -> Result {
        let began = StartedFlag()
        do {
            return try await speak(session, began, body)
        } catch let fault as WireFault where !began.isSet {
            guard let facts = Bootstrap.facts(in: fault.message) else { throw explained(fault) }
            try bootstrap.check(facts, host: host.name)
            host.logger.info("uploading the worker", metadata: ["host": "\(host.name)"])
            try await upload(session)
            return try await speak(session, began, body)
        }
    }

    private func speak<Result: Sendable>(
        _ session: SSHSession, _ began: StartedFlag, _ body: @escaping @Sendable (AgentClient) async throws -> Result
    ) async throws -> Result {
        let channel = try await session.exec(bootstrap.start)
        do {
            let result = try await Conversation.ask(over: AgentStream(channel: channel), as: .own(build: host.worker.digest)) { conversation in
                began.set()
                return try await body(AgentClient(conversation: conversation))
            }
            await channel.close()
            return result
        } catch {
            let said = String(decoding: await channel.stderrTail.suffix(2000), as: UTF8.self)
            await channel.close()
            if let fault = error as? WireFault, fault.code == .disconnected, !said.isEmpty {
                throw WireFault(fault.code, "\(fault.message); the host said: \(SafeText.line(said, limit: 2000))", isRetryable: fault.isRetryable)
            }
            throw error
        }
    }

    /// One more connection for the sync that waits for `token`. The user is not asked for anything again.
    private func openLane(_ target: SSHTarget, _ key: String?, _ token: String, _ body: @escaping @Sendable (Conversation) async throws -> Void) async throws {
        let session = try await SSHSession.connect(to: target, acceptedFingerprint: host.acceptedFingerprint, knownKey: key, logger: host.logger)
        do {
            let channel = try await session.exec(bootstrap.join(token: token))
            try await Conversation.ask(over: channel, as: .own(build: host.worker.digest), body)
            await session.close()
        } catch {
            host.logger.debug("a further connection ended", metadata: ["reason": "\(error)"])
            await session.close()
            throw error
        }
    }

    private func explained(_ fault: WireFault) -> RemoteError {
        RemoteError(.host, "cannot start the agent on \(host.name): \(SafeText.line(fault.message, limit: 2000))", isRetryable: fault.isRetryable)
    }

    private static let piece = 1 << 20

    private func upload(_ session: SSHSession) async throws {
        let bytes = try Data(contentsOf: URL(filePath: host.worker.path), options: .alwaysMapped)
        let channel = try await session.exec(bootstrap.install)
        do {
            for start in stride(from: 0, to: bytes.count, by: Self.piece) {
                try await channel.write(Array(bytes[start..<min(bytes.count, start + Self.piece)]))
            }
            try await channel.finishWriting()
        } catch let error as SSHError where error.code == .remoteEnded {
            // The shell gave up; its exit code and its words say why.
        }
        let exit = try await channel.exitStatus()
        let said = String(decoding: await channel.stderrTail, as: UTF8.self)
        await channel.close()
        guard exit != .exited(0) else { return }
        let reason = if case .exited(let code) = exit { Bootstrap.reason(code) } else { "\(exit)" }
        let words = said.isEmpty ? "" : ": " + SafeText.line(said, limit: 500)
        throw RemoteError(.host, "cannot install the worker in \(host.settings.state) on \(host.name): \(reason)\(words); "
            + "free or choose another place with 'state' of the host")
    }
}
