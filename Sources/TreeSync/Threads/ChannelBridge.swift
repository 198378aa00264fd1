import Wire

/// Joins the threads of one side of a sync to its channel: one task receives, one sends, and the work itself runs on
/// threads that may block. Receiving never waits for sending, so two sides in one process cannot lock each other up.
struct ChannelBridge: Sendable {
    let inbox: Inbox
    let outbox: Outbox

    /// How long a side that gave up lets the other take notice before it drops the channel.
    private static let farewell: Duration = .seconds(5)

    init(inboxLimit: Int, outboxLimit: Int) {
        inbox = Inbox(limit: inboxLimit)
        outbox = Outbox(limit: outboxLimit)
    }

    func run<Value: Sendable>(over channel: any MessageChannel, _ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withTaskCancellationHandler {
            try await converse(over: channel, work)
        } onCancel: {
            inbox.fail(CancellationError())
            outbox.fail(CancellationError())
        }
    }

    private func converse<Value: Sendable>(over channel: any MessageChannel,
                                           _ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withTaskGroup(of: Bool.self) { group in
            group.addTask { await receiveAll(channel) }
            group.addTask { await sendAll(channel) }
            let result = await DedicatedThread.result(work)
            if case .failure(let error) = result {
                outbox.finish(dropping: Abort(error).encoded())
                inbox.discard()
                group.addTask {
                    try? await Task.sleep(for: Self.farewell)
                    return false
                }
            } else {
                outbox.finish()
            }
            var running = 2
            while running > 0, !Task.isCancelled, let ended = await group.next(), ended { running -= 1 }
            group.cancelAll()
            return result
        }.get()
    }

    private func receiveAll(_ channel: any MessageChannel) async -> Bool {
        do {
            while !Task.isCancelled, let message = try await channel.receive() { await inbox.put(message) }
            inbox.end()
        } catch {
            inbox.fail(Self.described(error), atOnce: false)
        }
        return true
    }

    private func sendAll(_ channel: any MessageChannel) async -> Bool {
        do {
            while let message = await outbox.next() { try await channel.send(message) }
            try await channel.finishSending()
        } catch {
            outbox.fail(Self.described(error))
        }
        return true
    }

    private static func described(_ error: any Error) -> any Error {
        if error is CancellationError || error is SyncError { return error }
        return SyncError(.disconnected, "cannot finish the sync: \(error); run it again, what arrived is kept", canRetry: true)
    }
}
