import Platform
import Wire

/// Joins the threads of one side of a sync to its channel: one task receives, one sends, and the work itself runs on
/// threads that may block. Receiving never waits for sending, so two sides in one process cannot lock each other up.
struct ChannelBridge: Sendable {
    let inbox: Inbox
    let outbox: Outbox

    /// How long a side that gave up lets the other take notice before it drops the channel.
    private static let farewell: Duration = .seconds(5)

    init(inboxLimit: Int, outboxLimit: Int) {
        _ = DescriptorLimit.raised
        _ = Heap.keepsMessages
        inbox = Inbox(limit: inboxLimit)
        outbox = Outbox(limit: outboxLimit)
    }

    /// - Parameter lanes: opened when enough is to be sent.
    func run<Value: Sendable>(over channel: any MessageChannel, lanes: BulkLanes? = nil, _ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withTaskCancellationHandler {
            try await converse(over: channel, lanes, work)
        } onCancel: {
            inbox.fail(CancellationError())
            outbox.fail(CancellationError())
        }
    }

    private enum Ended { case receiving, sending, lane, farewell }

    private func converse<Value: Sendable>(over channel: any MessageChannel, _ lanes: BulkLanes?,
                                           _ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withTaskGroup(of: Ended.self) { group in
            group.addTask { await receiveAll(channel) }
            group.addTask { await sendAll(channel) }
            if let lanes {
                for _ in 0..<lanes.count { group.addTask { await carry(lanes) } }
            }
            let result = await Self.result(of: work)
            if case .failure(let error) = result {
                outbox.finish(dropping: Abort(error).encoded())
                inbox.discard()
                group.addTask {
                    try? await Task.sleep(for: Self.farewell)
                    return .farewell
                }
            } else {
                outbox.finish()
            }
            var running = 2
            while running > 0, !Task.isCancelled, let ended = await group.next(), ended != .farewell {
                if ended != .lane { running -= 1 }
            }
            group.cancelAll()
            return result
        }.get()
    }

    /// Runs the work on a thread of its own.
    private static func result<Value: Sendable>(of work: @escaping @Sendable () throws -> Value) async -> Result<Value, any Error> {
        do {
            return .success(try await SystemThread.run(work))
        } catch let error as SystemThread.Failure {
            return .failure(SyncError(.resources, "cannot start a thread for the sync: \(error.text); end other programs and try again", canRetry: true))
        } catch {
            return .failure(error)
        }
    }

    /// Opens a further lane once it pays, and sends content on it.
    private func carry(_ lanes: BulkLanes) async -> Ended {
        guard await outbox.expects(lanes.threshold) else { return .lane }
        try? await lanes.open { channel in
            guard let lane = outbox.addLane() else { return }
            do {
                while let message = await outbox.next(lane, rate: channel.deliveryRate) { try await channel.send(message) }
                try await channel.finishSending()
            } catch {
                return fail(Self.described(error))
            }
            do {
                // Until the receiver has taken all in, the lane stays open.
                while try await channel.receive() != nil {}
            } catch {
                // A receiver that has all drops its lanes, which may be seen before its report. One that lacks
                // something has no report to send.
                guard (try? await Task.sleep(for: Self.farewell)) != nil else { return }
                fail(Self.described(error))
            }
        }
        return .lane
    }

    private func fail(_ error: any Error) {
        outbox.fail(error)
        inbox.fail(error, atOnce: false)
    }

    private func receiveAll(_ channel: any MessageChannel) async -> Ended {
        do {
            while !Task.isCancelled, let message = try await channel.receive() { await inbox.put(message) }
            inbox.end()
        } catch {
            inbox.fail(Self.described(error), atOnce: false)
        }
        return .receiving
    }

    private func sendAll(_ channel: any MessageChannel) async -> Ended {
        do {
            while let message = await outbox.next(0, rate: channel.deliveryRate) { try await channel.send(message) }
            try await channel.finishSending()
        } catch {
            outbox.fail(Self.described(error))
        }
        return .sending
    }

    /// A refusal of the other side stays as it is; anything else that ends a channel is a lost connection.
    static func described(_ error: any Error) -> any Error {
        if error is CancellationError || error is SyncError { return error }
        if let fault = error as? WireFault, fault.code != .disconnected, fault.code != .cancelled { return fault }
        return SyncError(.disconnected, "cannot finish the sync: \(error); run it again, what arrived is kept", canRetry: true)
    }
}
