/// A connection to a host for work without an end: when it is lost, another one is made.
struct LastingConnection: Sendable {
    let host: Host
    let events: @Sendable (WatchEvent) -> Void

    /// Whether an error ends the work on a connection: it is lost, or nobody waits for it any longer. All others are only told.
    static func isEnd(_ error: any Error) -> Bool { error is CancellationError || FollowedRun.mayReconnect(error) }

    /// Runs `body`, which may wait for something else than the host for hours, until it returns or the connection is lost.
    private static func whileConnected(_ agent: AgentClient, _ body: @escaping @Sendable (AgentClient) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await body(agent) }
            group.addTask { try await agent.end() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Runs `body` on each connection, until it returns.
    /// - Throws: what `body` throws, but for a lost connection; and why the first connection cannot be made.
    func run(_ body: @escaping @Sendable (AgentClient) async throws -> Void) async throws {
        let pauses = FollowedRun.pauses
        let hasBegun = StartedFlag()
        var tries = 0
        while true {
            let isConnected = StartedFlag()
            do {
                return try await host.withAgent { agent in
                    events(hasBegun.isSet ? .reconnected : .job(.connected(hostName: agent.hostName)))
                    hasBegun.set()
                    isConnected.set()
                    try await Self.whileConnected(agent, body)
                }
            } catch where hasBegun.isSet && FollowedRun.mayReconnect(error) {
                try Task.checkCancellation()
                tries = isConnected.isSet ? 0 : tries + 1
                let pause = pauses[min(tries, pauses.count - 1)]
                events(.job(.disconnected(reason: RemoteError(error).description, retryIn: pause)))
                try await Task.sleep(for: .seconds(pause))
            }
        }
    }
}
