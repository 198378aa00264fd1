import Wire

extension PrepareMessage {
    /// Output is sent as it is, not as JSON: a build prints much.
    public var bytes: [UInt8] {
        get throws {
            switch self {
            case .output(let bytes): [0] + bytes
            case .ended(let end): [1] + (try WireCodec.encode(end))
            }
        }
    }

    /// - Throws: `WireFault` `malformed`.
    public init(bytes: [UInt8]) throws {
        switch bytes.first {
        case 0: self = .output(Array(bytes.dropFirst()))
        case 1: self = .ended(try WireCodec.decode(PrepareEnd.self, from: Array(bytes.dropFirst())))
        default: throw WireFault(.malformed, "the agent sent a message that is no part of a build")
        }
    }
}
