/// Consecutive lines of a script: its SQL, or the result that it expects.
struct LineBlock: Sendable, Equatable {
    /// From the first byte of the first line to the last one's end, line end included.
    var bytes: ByteRange
    /// The number of the line before the first one.
    var before: Int
    /// How many lines, comments not counted.
    var lines: Int

    static let none = LineBlock(bytes: .empty, before: 0, lines: 0)

    func cursor(in script: Script) -> LineCursor {
        LineCursor(base: script.base, start: bytes.start, end: bytes.end, before: before)
    }

    /// Puts its lines into `text`, joined by `\n`.
    @inline(__always)
    func read(from script: Script, into text: inout ByteBuffer) {
        text.removeAll()
        var lines = cursor(in: script)
        while lines.advance() {
            if text.count > 0 { text.append(0x0A) }
            text.append(script.base + lines.line.start, lines.line.count)
        }
    }
}
