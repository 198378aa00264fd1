import Glibc

/// The values that one query gave, as the runner compares them: text, row after row, in one block of memory that is
/// used again for the next query.
///
/// Each value is followed by `\n`, so the whole block is what a result's hash is taken of.
public struct ResultTable: ~Copyable {
    private(set) var text = ByteBuffer(capacity: 1 << 16)
    /// Where each value starts in `text`, and where the next one would.
    private var starts: UnsafeMutablePointer<Int>
    private var capacity = 4096
    /// How many values there are.
    public private(set) var count = 0
    /// How many values a row has; the engine sets it.
    public var columns = 0
    private var isOutOfMemory = false

    public init() {
        starts = allocated(4096)
        starts[0] = 0
    }

    deinit { free(starts) }

    /// Whether values are missing because there was no memory for them.
    public var isExhausted: Bool { isOutOfMemory || text.isExhausted }

    public mutating func removeAll() {
        text.removeAll()
        count = 0
        columns = 0
        isOutOfMemory = false
    }

    /// The bytes of value `index`, without the line end.
    @inline(__always)
    func value(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        let from = starts[index]
        return UnsafeBufferPointer(start: text.start + from, count: starts[index + 1] - from - 1)
    }

    /// Where value `index` starts; for `count`, where the next would.
    var offsets: UnsafePointer<Int> { UnsafePointer(starts) }

    /// All values, each with its line end.
    var bytes: UnsafeBufferPointer<UInt8> { text.bytes }

    // MARK: What engines write

    public mutating func appendNull() {
        text.append("NULL")
        finishValue()
    }

    /// A value of type letter `I`, or of any integer shown as text.
    @inline(__always)
    public mutating func append(integer value: Int64) {
        guard text.reserve(Decimal.longest + 1) else { return }
        text.commit(Decimal.write(value, to: text.start + text.count))
        finishValue()
    }

    /// A value of type letter `R` that is a whole number.
    @inline(__always)
    mutating func append(wholeReal value: Int64) {
        guard text.reserve(Decimal.longest + 5) else { return }
        text.commit(Decimal.write(value, to: text.start + text.count))
        text.append(".000")
        finishValue()
    }

    /// A value of type letter `T`: cut at its first NUL, `(empty)` when nothing is left, and with `@` for each byte that
    /// is no printable ASCII.
    public mutating func append(text bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress, !bytes.isEmpty, source[0] != 0 else {
            text.append("(empty)")
            return finishValue()
        }
        guard text.reserve(bytes.count + 1) else { return }
        let target = text.start + text.count
        var length = 0
        while length < bytes.count {
            let byte = source[length]
            if byte == 0 { break }
            target[length] = byte >= 0x20 && byte <= 0x7E ? byte : UInt8(ascii: "@")
            length += 1
        }
        text.commit(length)
        finishValue()
    }

    /// A value as it stands, for an engine or a dialect that has formatted it.
    public mutating func append(formatted bytes: UnsafeBufferPointer<UInt8>) {
        if let source = bytes.baseAddress { text.append(source, bytes.count) }
        finishValue()
    }

    /// A value as the engine shows it, `(empty)` when it has no byte.
    public mutating func append(plain bytes: UnsafeBufferPointer<UInt8>) {
        if bytes.isEmpty { text.append("(empty)") }
        append(formatted: bytes)
    }

    /// Value `index` of another table.
    @inline(__always)
    mutating func append(_ index: Int, of view: ResultView) {
        let bytes = view.bytes(index)
        text.append(bytes.start, bytes.count)
        endValue()
    }

    @inline(__always)
    private mutating func finishValue() {
        text.append(0x0A)
        endValue()
    }

    @inline(__always)
    private mutating func endValue() {
        if count + 1 >= capacity { growStarts() }
        guard !isOutOfMemory else { return }
        count += 1
        starts[count] = text.count
    }

    /// Says that values are missing.
    mutating func giveUp() { isOutOfMemory = true }

    @inline(never)
    private mutating func growStarts() {
        guard let larger = realloc(starts, capacity * 2 * MemoryLayout<Int>.stride) else {
            isOutOfMemory = true
            return
        }
        starts = larger.assumingMemoryBound(to: Int.self)
        capacity *= 2
    }
}
