import Glibc

/// Bytes that grow, in memory that is reused. Where there is no more memory it notes that and does not trap.
struct ByteBuffer: ~Copyable {
    private(set) var start: UnsafeMutablePointer<UInt8>
    private(set) var count = 0
    private var capacity: Int
    /// Whether bytes are missing because there was no memory for them.
    private(set) var isExhausted = false

    /// How many bytes behind the last one may be read, whatever they hold.
    static let slack = 8

    init(capacity: Int = 4096) {
        self.capacity = capacity
        start = allocated(capacity + Self.slack)
    }

    deinit { free(start) }

    mutating func removeAll() {
        count = 0
        isExhausted = false
    }

    /// Makes room for `extra` bytes at `start + count`; false when there is no memory.
    @inline(__always)
    mutating func reserve(_ extra: Int) -> Bool {
        if extra <= capacity - count { return true }
        return grow(by: extra)
    }

    /// Counts `extra` bytes that were written to `start + count` after `reserve`.
    @inline(__always)
    mutating func commit(_ extra: Int) { count += extra }

    @inline(__always)
    mutating func append(_ bytes: UnsafePointer<UInt8>, _ length: Int) {
        guard reserve(length) else { return }
        memcpy(start + count, bytes, length)
        count += length
    }

    mutating func append(_ literal: StaticString) {
        append(literal.utf8Start, literal.utf8CodeUnitCount)
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        guard reserve(1) else { return }
        start[count] = byte
        count += 1
    }

    mutating func append(decimal value: Int) {
        guard reserve(Decimal.longest) else { return }
        count += Decimal.write(Int64(value), to: start + count)
    }

    /// Writes a NUL behind the last byte, which is not counted.
    @inline(__always)
    mutating func terminate() {
        guard reserve(1) else { return }
        start[count] = 0
    }

    @inline(never)
    private mutating func grow(by extra: Int) -> Bool {
        let (needed, overflows) = count.addingReportingOverflow(extra)
        let wanted = max(needed, capacity <= Int.max / 2 ? capacity * 2 : needed)
        guard !overflows, wanted <= Int.max - Self.slack, let larger = realloc(start, wanted + Self.slack) else {
            isExhausted = true
            return false
        }
        start = larger.assumingMemoryBound(to: UInt8.self)
        capacity = wanted
        return true
    }

    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }
}

/// Memory from `malloc`, which `realloc` and `free` accept. For the first few kilobytes of a run: without them it could not even
/// report that there is no memory.
func allocated<Element: BitwiseCopyable>(_ count: Int) -> UnsafeMutablePointer<Element> {
    guard let memory = malloc(max(count, 1) * MemoryLayout<Element>.stride) else {
        fatalError("no memory for \(count) elements of \(Element.self)")
    }
    return memory.assumingMemoryBound(to: Element.self)
}
