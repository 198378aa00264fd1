/// Bytes of a script, by offset. Half open.
struct ByteRange: Sendable, Equatable {
    var start: Int
    var end: Int

    init(_ start: Int, _ end: Int) {
        self.start = start
        self.end = end
    }

    static let empty = ByteRange(0, 0)

    var count: Int { end - start }
    var isEmpty: Bool { end <= start }
}
