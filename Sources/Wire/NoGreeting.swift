/// The other side did not greet: it is no program of ours, or one that could not start and says why.
public struct NoGreeting: Error, Sendable, CustomStringConvertible {
    /// What it sent instead, as it came, up to 64 KiB.
    public let printed: [UInt8]
    /// Whether the stream ended; else there was too much before a greeting.
    public let isOver: Bool

    public var description: String { isOver ? "the other side ended before it greeted" : "the other side did not greet" }
}
