import SSH
import Wire

/// The agent's channel for a conversation: a lost connection is told apart from what the agent says of itself.
struct AgentStream: ByteStream {
    let channel: SSHChannel

    func read(upTo limit: Int) async throws -> [UInt8] {
        do { return try await channel.read(upTo: limit) } catch let error as SSHError { throw Self.lost(error) }
    }

    func write(_ bytes: [UInt8]) async throws {
        do { try await channel.write(bytes) } catch let error as SSHError { throw Self.lost(error) }
    }

    func write(_ pieces: [[UInt8]]) async throws {
        do { try await channel.write(pieces) } catch let error as SSHError { throw Self.lost(error) }
    }

    func finishWriting() async throws {
        do { try await channel.finishWriting() } catch let error as SSHError { throw Self.lost(error) }
    }

    func close() async { await channel.close() }

    private static func lost(_ error: SSHError) -> WireFault { WireFault(.disconnected, "\(error)", isRetryable: true) }
}
