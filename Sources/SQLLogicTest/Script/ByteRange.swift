/// Bytes of a script, by offset. Half open.
public struct ByteRange: Sendable, Equatable {
    public var start: Int
    public var end: Int

    public init(_ start: Int, _ end: Int) {
        self.start = start
        self.end = end
    }

    static let empty = ByteRange(0, 0)

    public var count: Int { end - start }
    public var isEmpty: Bool { end <= start }
}
