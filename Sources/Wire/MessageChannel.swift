/// A two-way channel of whole messages, in order, with back-pressure: what an exchange of a conversation is
/// to the code that speaks over it. `TreeSync` knows no more of the network than this.
///
/// One task receives and any number send at a time. A message is 1 byte to ``WireLimits/message`` bytes.
public protocol MessageChannel: Sendable {
    /// Sends one message, waiting while the other side is slower than this one.
    func send(_ message: [UInt8]) async throws

    /// Says that no more messages will be sent.
    func finishSending() async throws

    /// The next message, or `nil` when the other side has said that there are no more.
    func receive() async throws -> [UInt8]?

    /// How fast the other side takes messages in, in bytes a second; `nil` while that is unknown.
    var deliveryRate: Double? { get }
}

extension MessageChannel {
    public var deliveryRate: Double? { nil }
}

/// The sizes that a peer may ask of us, whatever it sends.
public enum WireLimits {
    /// The longest message, in bytes.
    public static let message = 4 << 20
    /// The most bytes of messages that wait in one exchange before its sender has to wait.
    public static let window = 8 << 20
}
