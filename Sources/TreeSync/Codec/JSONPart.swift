import FoundationEssentials
import Wire

/// What a message carries as JSON: the small and rare parts.
enum JSONPart {
    static func encode(_ kind: MessageKind, _ value: some Encodable) throws -> [UInt8] {
        try [kind.rawValue] + JSONEncoder().encode(value)
    }

    /// The same with fewer problems, where all of them make the message too long.
    static func encode(_ kind: MessageKind, fitting value: some Encodable & ProblemCarrying) throws -> [UInt8] {
        var value = value
        while true {
            let message = try encode(kind, value)
            if message.count <= WireLimits.message || (value.problems.isEmpty && value.notes.isEmpty) { return message }
            value.problems.removeLast((value.problems.count + 1) / 2)
            value.notes.removeLast((value.notes.count + 1) / 2)
        }
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ message: [UInt8]) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(message.dropFirst()))
        } catch {
            throw SyncError.violation("a message that cannot be read")
        }
    }
}
