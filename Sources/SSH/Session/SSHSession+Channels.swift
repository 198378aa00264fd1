/// The channel's side of the session: each call runs on the session's thread.
extension SSHSession {
    private func channel(_ id: Int) throws -> (SessionEngine, ChannelState) {
        guard let engine, let channel = engine.channels[id], !channel.isAbandoned else {
            throw SSHError(.closed, "cannot use the channel: it was closed")
        }
        return (engine, channel)
    }

    /// Waits until the engine resumes what `register` stores; cancellation ends the wait at once.
    func waiting<T: Sendable>(
        on id: Int, _ engine: SessionEngine, _ register: (Int, CheckedContinuation<T, any Error>) -> Void
    ) async throws -> T {
        let token = engine.nextToken()
        let executor = executor
        return try await withTaskCancellationHandler {
            // Calling a method of the actor is what keeps this closure on the actor: it must register in the same
            // job that looked at the channel's state.
            checkThread()
            return try await withCheckedThrowingContinuation { register(token, $0) }
        } onCancel: {
            // Posted, so it runs after the registration even if the task was cancelled before.
            executor.post { engine.channels[id]?.cancel(token) }
        }
    }

    private func checkThread() { executor.checkIsolated() }

    func read(_ id: Int, upTo limit: Int) async throws -> [UInt8] {
        let (engine, channel) = try channel(id)
        try Task.checkCancellation()
        guard limit > 0 else { return [] }
        if channel.input.count > 0 { return channel.input.removeFirst(upTo: limit) }
        if channel.inputEnded { return [] }
        if let failure = channel.failure { throw failure }
        guard channel.reader == nil else { throw SSHError(.closed, "cannot read from the channel: another task is reading") }
        return try await waiting(on: id, engine) { channel.reader = ($0, limit, $1) }
    }

    func write(_ id: Int, _ pieces: [[UInt8]]) async throws {
        let (engine, channel) = try channel(id)
        try Task.checkCancellation()
        if let failure = channel.failure { throw failure }
        if channel.wantsEnd { throw SSHError(.closed, "cannot write to the channel: its writing was finished") }
        if channel.remoteClosed { throw engine.remoteEnded }
        guard pieces.contains(where: { !$0.isEmpty }) else { return }
        try await waiting(on: id, engine) { (token, continuation: CheckedContinuation<Void, any Error>) in
            channel.writes.append(.init(token: token, pieces: pieces.filter { !$0.isEmpty }, continuation: continuation))
        }
    }

    func finishWriting(_ id: Int) async throws {
        let (engine, channel) = try channel(id)
        if channel.endSent || channel.remoteClosed { return }
        if let failure = channel.failure { throw failure }
        channel.wantsEnd = true
        try await waiting(on: id, engine) { channel.enders.append(($0, $1)) }
    }

    func exitStatus(_ id: Int) async throws -> SSHExit {
        let (engine, channel) = try channel(id)
        if let exit = channel.exit { return exit }
        if let failure = channel.failure { throw failure }
        return try await waiting(on: id, engine) { channel.exitWaiters.append(($0, $1)) }
    }

    func errorTail(_ id: Int) -> [UInt8] { engine?.channels[id]?.errorTail.tail ?? [] }

    func release(_ id: Int) {
        guard let engine else { return }
        Self.release(id, engine)
    }

    /// Called by the last reference to a channel, from any thread.
    nonisolated func abandon(_ id: Int) {
        Task { await self.release(id) }
    }

    private static func release(_ id: Int, _ engine: SessionEngine) {
        guard let channel = engine.channels[id], !channel.isAbandoned else { return }
        channel.isAbandoned = true
        channel.fail(SSHError(.closed, "cannot use the channel: it was closed"))
        switch channel.stage {
        // What libssh2 is in the middle of has to be finished before it can free the channel.
        case .opening, .requesting: break
        case .running, .releasing: channel.stage = .releasing
        case .released: engine.channels[id] = nil
        }
    }
}
