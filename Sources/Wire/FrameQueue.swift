/// Frames that wait to be written: heads and short payloads run together, so that many go out in one write; long
/// payloads stay as they are, so that they are not copied.
struct FrameQueue {
    /// Payloads from this length on are not copied.
    private static let longPayload = 16 << 10
    /// Above this length a run is not added to.
    private static let longRun = 256 << 10

    private var pieces: [[UInt8]] = []
    /// Whether the last piece is a run that may be added to.
    private var isOpen = false

    var isEmpty: Bool { pieces.isEmpty }

    mutating func append(_ frame: Frame) {
        if !isOpen || pieces[pieces.count - 1].count > Self.longRun { pieces.append([]) }
        frame.appendHead(to: &pieces[pieces.count - 1])
        isOpen = frame.payload.count < Self.longPayload
        if isOpen { pieces[pieces.count - 1] += frame.payload } else { pieces.append(frame.payload) }
    }

    /// All that waits, in order; nothing waits then.
    mutating func take() -> [[UInt8]] {
        var taken: [[UInt8]] = []
        swap(&taken, &pieces)
        isOpen = false
        return taken
    }
}
