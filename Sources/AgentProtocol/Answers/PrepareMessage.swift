import Wire

/// A message of a prepare: a tag byte and what it stands before.
public enum PrepareMessage: Sendable, Equatable {
    /// Bytes the command printed, stdout and stderr as they came.
    case output(UntrustedText)
    /// The last message: how the command ended.
    case ended(PrepareEnd)
}

extension PrepareMessage {
    /// Output is sent as it is, not as JSON: a build prints much.
    public var bytes: [UInt8] {
        get throws {
            switch self {
            case .output(let text): [0] + text.bytes
            case .ended(let end): [1] + (try WireCodec.encode(end))
            }
        }
    }

    /// - Throws: `WireFault` `malformed`.
    public init(bytes: [UInt8]) throws {
        switch bytes.first {
        case 0: self = .output(UntrustedText(Array(bytes.dropFirst())))
        case 1: self = .ended(try WireCodec.decode(Untrusted<PrepareEnd>.self, from: Array(bytes.dropFirst())).checked())
        default: throw WireFault(.malformed, "the agent sent a message that is no part of a build")
        }
    }
}
