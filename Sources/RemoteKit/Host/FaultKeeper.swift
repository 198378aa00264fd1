import Synchronization
import Wire

/// Passes a sync's messages on and keeps what the agent said when it gave up, which a sync would take for a lost
/// connection.
final class FaultKeeper: MessageChannel {
    private let exchange: Exchange
    private let kept = Mutex<WireFault?>(nil)

    init(_ exchange: Exchange) { self.exchange = exchange }

    /// Runs a sync.
    /// - Throws: the agent's own reason where it gave one, else what `body` throws.
    func run<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch {
            if let fault = kept.withLock({ $0 }) { throw fault }
            throw error
        }
    }

    func send(_ message: [UInt8]) async throws { try await keeping { try await exchange.send(message) } }
    func finishSending() async throws { try await keeping { try await exchange.finishSending() } }
    func receive() async throws -> [UInt8]? { try await keeping { try await exchange.receive() } }

    var deliveryRate: Double? { exchange.deliveryRate }

    private func keeping<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let fault as WireFault where fault.code != .disconnected && fault.code != .cancelled {
            kept.withLock { if $0 == nil { $0 = fault } }
            throw fault
        }
    }
}
