/// The text of a script as it is written, and what running it will show.
struct ScriptText: ~Copyable {
    private(set) var bytes = ByteBuffer(capacity: 1 << 14)
    /// How many lines are finished.
    private(set) var lines = 0
    var tests = 0
    var skipped = 0
    /// The lines on which a runner finds a planted failure.
    var planted: [Int] = []

    mutating func line(_ text: String) {
        var text = text
        text.withUTF8 { line($0) }
    }

    mutating func line(_ text: UnsafeBufferPointer<UInt8>) {
        if let start = text.baseAddress { bytes.append(start, text.count) }
        bytes.append(0x0A)
        // Only text of SQL has line ends within.
        lines += 1 + text.count(where: { $0 == 0x0A })
    }
}
