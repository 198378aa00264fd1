import Glibc

/// The values that one query gave, as the runner compares them: text, row after row, in one block of memory that is
/// used again for the next query.
///
/// Each value is followed by `\n`: the MD5 of the whole block is the hash that a script has for a long result (`main` of SQLite's
/// sqllogictest.c). An engine sets ``columns`` and appends the values; it never takes one back.
public struct ResultTable: ~Copyable {
    private(set) var text = ByteBuffer(capacity: 1 << 16)
    /// Where each value starts in `text`, and where the next one would.
    private var starts: UnsafeMutablePointer<Int>
    private var capacity = 4096
    /// How many values there are: rows times ``columns``.
    public private(set) var count = 0
    /// How many values a row has; the engine sets it before it appends the first value.
    public var columns = 0
    private var isOutOfMemory = false

    /// An empty table.
    public init() {
        starts = allocated(4096)
        starts[0] = 0
    }

    deinit { free(starts) }

    /// Whether values are missing because there was no memory for them.
    public var isExhausted: Bool { isOutOfMemory || text.isExhausted }

    /// Empties the table and keeps its memory.
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

    /// The first values as text, of at most `limit` bytes. What is not UTF-8 is replaced.
    func values(limit: Int) -> [String] {
        var values: [String] = []
        var left = limit
        for index in 0..<count {
            let bytes = value(index)
            guard bytes.count <= left else { break }
            left -= bytes.count
            values.append(String(decoding: bytes, as: UTF8.self))
        }
        return values
    }

    // MARK: What engines write

    /// A null: `NULL`.
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

    /// A value as it stands, for an engine that has formatted it.
    public mutating func append(formatted bytes: UnsafeBufferPointer<UInt8>) {
        if let source = bytes.baseAddress { text.append(source, bytes.count) }
        finishValue()
    }

    /// A value as the engine shows it, `(empty)` when it has no byte.
    public mutating func append(plain bytes: UnsafeBufferPointer<UInt8>) {
        if bytes.isEmpty { text.append("(empty)") }
        append(formatted: bytes)
    }

    /// A value of another table, with its line end.
    @inline(__always)
    mutating func append(value start: UnsafePointer<UInt8>, _ length: Int) {
        text.append(start, length)
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

    /// All values of another table, and its columns.
    mutating func append(_ other: borrowing ResultTable) {
        columns = other.columns
        for index in 0..<other.count { append(formatted: other.value(index)) }
    }

    /// Notes that values are missing.
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
