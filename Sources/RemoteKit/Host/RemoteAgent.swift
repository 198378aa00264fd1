import AgentProtocol
import FoundationEssentials
import Logging
import Platform
import SSH
import Synchronization
import Wire

/// The agent on the other side of an SSH connection.
struct RemoteAgent {
    let host: Host
    let spec: String

    func run<Result: Sendable>(_ body: @escaping @Sendable (AgentClient) async throws -> Result) async throws -> Result {
        // Computed while the connection is made.
        async let _ = Self.computeDigest(of: host.worker)
        let (target, session) = try await connect()
        do {
            let result = try await converse(session, target.connectTimeout) { agent in
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

    /// The ways to the host that answered last, by its name: a connection that is lost is made again on the way where it was.
    private static let answering = Mutex([String: String]())
    /// For a way to answer, where there is another one.
    private static let patience = Duration.seconds(5)

    /// Over the first way that answers.
    private func connect() async throws -> (SSHTarget, SSHSession) {
        var ways = [spec] + host.settings.alternatives
        if let last = Self.answering.withLock({ $0[host.name] }), let index = ways.firstIndex(of: last) { ways.swapAt(0, index) }
        var failures: [String] = []
        for (index, way) in ways.enumerated() {
            let isLast = index == ways.count - 1
            do {
                var target = try await SSHTarget.resolve(spec: way, overrides: overrides, logger: host.logger)
                if !isLast { target.connectTimeout = min(target.connectTimeout, Self.patience) }
                let session = try await SSHSession.connect(
                    to: target, credentials: host.credentials, acceptedFingerprint: host.acceptedFingerprint, logger: host.logger)
                if ways.count > 1 { Self.answering.withLock { $0[host.name] = way } }
                return (target, session)
            } catch let error as SSHError where ways.count > 1 && [.unresolvable, .unreachable, .timedOut, .connectionLost].contains(error.code) {
                host.logger.info("a way to the host does not answer", metadata: ["way": "\(way)", "reason": "\(error.message)"])
                failures.append(error.message)
                if isLast { throw SSHError(error.code, failures.joined(separator: "; "), remedy: error.remedy, isRetryable: error.isRetryable) }
            }
        }
        throw SSHError(.unreachable, "cannot connect to \(host.name): it has no address")
    }

    @concurrent private static func computeDigest(of worker: WorkerBinary) async { _ = worker.digest }

    private var overrides: SSHOverrides {
        var overrides = SSHOverrides()
        overrides.user = host.settings.user
        overrides.port = host.settings.port.flatMap { UInt16(exactly: $0) }
        overrides.identityFiles = host.settings.identityFiles
        overrides.knownHostsFiles = host.settings.knownHostsFiles
        overrides.configFile = host.settings.sshConfig
        return overrides
    }

    private var bootstrap: Bootstrap { Bootstrap(worker: host.worker, state: host.settings.state) }

    /// Twice at most: the first try finds out that the agent has to be uploaded.
    private func converse<Result: Sendable>(
        _ session: SSHSession, _ greeting: Duration, _ body: @escaping @Sendable (AgentClient) async throws -> Result
    ) async throws -> Result {
        let began = StartedFlag()
        do {
            return try await speak(session, greeting, began, body)
        } catch let fault as WireFault where !began.isSet {
            throw RemoteError(fault.isRetryable ? .connection : .host, "cannot start the agent on \(host.name): \(fault.message)", remedy: fault.remedy, isRetryable: fault.isRetryable)
        } catch let silence as AgentSilence {
            if let reason = Bootstrap.distrust(in: silence.printed) {
                throw RemoteError(.host, "cannot use the state folder \(host.settings.state) on \(host.name): \(reason), "
                    + "so others could change what is executed; set that right, or choose another 'state' of the host")
            }
            guard let facts = Bootstrap.facts(in: silence.printed) else { throw explained(silence) }
            try bootstrap.check(facts, host: host.name)
            host.logger.info("uploading the worker", metadata: ["host": "\(host.name)"])
            try await upload(session)
            return try await speak(session, greeting, began, body)
        }
    }

    private func speak<Result: Sendable>(
        _ session: SSHSession, _ greeting: Duration, _ began: StartedFlag, _ body: @escaping @Sendable (AgentClient) async throws -> Result
    ) async throws -> Result {
        let channel = try await session.exec(bootstrap.start, manner: .speaksFirst)
        do {
            var patience = Conversation.Patience.client
            // The session gives up a host that says nothing at all before that, and says what is silent.
            patience.greeting = max(greeting, .seconds(15)) + .seconds(5)
            let result = try await AgentConversation.begin(over: AgentStream(channel: channel), as: .own(build: host.worker.digest), patience: patience,
                                                           waiting: host.waiting) { conversation in
                began.set()
                return try await body(AgentClient(conversation: conversation, waiting: host.waiting))
            }
            await channel.close()
            return result
        } catch {
            let said = UntrustedText(await channel.stderrTail.suffix(2000))
            await channel.close()
            throw said.isEmpty ? error : Self.adding(said, to: error)
        }
    }

    /// What the host said on the side explains why it went away.
    private static func adding(_ said: UntrustedText, to error: any Error) -> any Error {
        let words = "; the host said: \(said.sentence(limit: 2000))"
        switch error {
        case var silence as AgentSilence:
            silence.errors = said
            return silence
        case let fault as WireFault where fault.code == .disconnected:
            return WireFault(fault.code, fault.message + words, remedy: fault.remedy, isRetryable: fault.isRetryable)
        case let error as RemoteError where error.code == .connection:
            return RemoteError(error.code, error.message + words, remedy: error.remedy, isRetryable: error.isRetryable)
        default: return error
        }
    }

    /// One more connection for the sync that waits for `token`. The user is not asked for anything again.
    private func openLane(_ target: SSHTarget, _ key: String?, _ token: String, _ body: @escaping @Sendable (AgentConversation) async throws -> Void) async throws {
        let session = try await SSHSession.connect(to: target, acceptedFingerprint: host.acceptedFingerprint, knownKey: key, logger: host.logger)
        do {
            let channel = try await session.exec(bootstrap.join(token: token))
            try await AgentConversation.begin(over: channel, as: .own(build: host.worker.digest), body)
            await session.close()
        } catch {
            host.logger.debug("a further connection ended", metadata: ["reason": "\(error)"])
            await session.close()
            throw error
        }
    }

    private func explained(_ silence: AgentSilence) -> RemoteError {
        let printed = silence.printed.isEmpty ? "" : "; it printed: \(silence.printed.sentence(limit: 2000))"
        let errors = silence.errors.isEmpty ? "" : "; the host said: \(silence.errors.sentence(limit: 2000))"
        return RemoteError(.host, "cannot start the agent on \(host.name): the agent did not start\(printed)\(errors)")
    }

    /// What a slow link carries in less than the limit.
    private static let piece = 256 << 10
    /// For a piece, and for the host to check what has come.
    private static let uploadLimit = Duration.seconds(120)

    private func upload(_ session: SSHSession) async throws {
        let bytes = try Data(contentsOf: URL(filePath: host.worker.path), options: .alwaysMapped)
        let channel = try await session.exec(bootstrap.install, manner: .consumes)
        do {
            for start in stride(from: 0, to: bytes.count, by: Self.piece) {
                try await limited("the host takes in the worker") { try await channel.write(Array(bytes[start..<min(bytes.count, start + Self.piece)])) }
            }
            try await channel.finishWriting()
        } catch let error as SSHError where error.code == .remoteEnded {
            // The shell gave up; its exit code and its words say why.
        }
        let exit = try await limited("the host checks the worker") { try await channel.exitStatus() }
        let said = UntrustedText(await channel.stderrTail)
        await channel.close()
        guard exit != .exited(0) else { return }
        let reason = if case .exited(let code) = exit { bootstrap.reason(code) } else { "\(exit)" }
        let words = said.isEmpty ? "" : ": " + said.line(limit: 500)
        throw RemoteError(.host, "cannot install the worker in \(host.settings.state) on \(host.name): \(reason)\(words); "
            + "free or choose another place with 'state' of the host")
    }

    /// - Throws: ``RemoteError`` when `body` takes longer than the limit.
    private func limited<Result: Sendable>(_ what: String, _ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask { try await body() }
            group.addTask { [host] in
                try await Task.sleep(for: Self.uploadLimit / 12)
                host.waiting?("that \(what)", Int((Self.uploadLimit / 12).components.seconds))
                try await Task.sleep(for: Self.uploadLimit / 12 * 11)
                throw RemoteError(.connection, "cannot install the worker on \(host.name): nothing has moved for \(Self.uploadLimit.components.seconds) s while \(what); "
                    + "look at the host's load and disk, then try again", isRetryable: true)
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() else { throw CancellationError() }
            return result
        }
    }
}
