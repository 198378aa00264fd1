import FoundationEssentials

/// Control messages are JSON: few, small, and readable in a log. Bulk data has formats of its own.
public enum WireCodec {
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    /// - Throws: ``WireFault`` `malformed`, naming the type that was expected.
    public static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw WireFault(.malformed, "the other side sent something that is no \(type): \(error)")
        }
    }
}

extension MessageChannel {
    /// Sends `value` as one JSON message.
    public func send(value: some Encodable & Sendable) async throws { try await send(WireCodec.encode(value)) }

    /// The next message, which must be a `Value` as JSON; `nil` at the end.
    public func receive<Value: Decodable>(_ type: Value.Type) async throws -> Value? {
        try await receive().map { try WireCodec.decode(type, from: $0) }
    }
}
