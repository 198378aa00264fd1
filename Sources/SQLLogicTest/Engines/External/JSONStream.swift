/// Cuts a stream of bytes into the JSON objects that follow each other in it.
struct JSONStream {
    private var buffer: [UInt8] = []
    private var scanned = 0
    private var depth = 0
    private var isInString = false
    private var isEscaped = false

    /// The longest object that is accepted, in bytes.
    static let limit = 256 << 20

    /// Whether an object is longer than ``limit``.
    var isTooLong: Bool { buffer.count > Self.limit }

    mutating func add(_ bytes: [UInt8]) { buffer += bytes }

    /// The next object, or nil until all of it has been added.
    mutating func next() -> [UInt8]? {
        buffer.withUnsafeBufferPointer { bytes in
            while scanned < bytes.count {
                let byte = bytes[scanned]
                scanned += 1
                if isInString {
                    if isEscaped { isEscaped = false } else if byte == UInt8(ascii: "\\") { isEscaped = true } else if byte == UInt8(ascii: "\"") { isInString = false }
                } else if byte == UInt8(ascii: "\"") {
                    isInString = true
                } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                    depth += 1
                } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
                    depth -= 1
                    if depth <= 0 { return }
                }
            }
        }
        guard depth <= 0, scanned > 0, let last = buffer[..<scanned].last, last == UInt8(ascii: "}") || last == UInt8(ascii: "]") else { return nil }
        let object = Array(buffer[..<scanned])
        buffer.removeFirst(scanned)
        (scanned, depth) = (0, 0)
        return object
    }
}
