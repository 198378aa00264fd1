import TreeSync

extension Host {
    /// Connects, starts the agent (uploading it first where it is not there yet), and runs `body` with it.
    /// Everything is closed when this returns, whatever `body` did.
    /// - Throws: ``RemoteError``, `CancellationError`, and what `body` throws of its own.
    public func withAgent<Result: Sendable>(_ body: @escaping @Sendable (AgentClient) async throws -> Result) async throws -> Result {
        do {
            return try await RemoteError.translating {
                try DescriptorLimit.check(for: "slt-remote")
                switch settings.target {
                case .local: return try await LocalAgent(host: self).run { try await Self.marking(body, $0) }
                case .ssh(let spec): return try await RemoteAgent(host: self, spec: spec).run { try await Self.marking(body, $0) }
                }
            }
        } catch let own as OwnError {
            throw own.error
        }
    }

    private static func marking<Result>(_ body: (AgentClient) async throws -> Result, _ agent: AgentClient) async throws -> Result {
        do {
            return try await body(agent)
        } catch where !(error is RemoteError) && !(error is CancellationError) {
            throw OwnError(error: error)
        }
    }
}
