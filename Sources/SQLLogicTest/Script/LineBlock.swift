/// Consecutive lines of a script: its SQL, or the result that it expects.
public struct LineBlock: Sendable, Equatable {
    /// From the first byte of the first line to the last one's end, line end included.
    public var bytes: ByteRange
    /// The number of the line before the first one.
    var before: Int
    /// How many lines, comments not counted.
    public var lines: Int

    static let none = LineBlock(bytes: .empty, before: 0, lines: 0)

    func cursor(in script: Script) -> LineCursor {
        LineCursor(base: script.base, start: bytes.start, end: bytes.end, before: before)
    }
}
