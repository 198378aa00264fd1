import Glibc

/// The values of a ``ResultTable`` for as long as it does not change.
struct ResultView {
    private let text: UnsafePointer<UInt8>
    private let offsets: UnsafePointer<Int>

    init(_ table: borrowing ResultTable) {
        text = UnsafePointer(table.text.start)
        offsets = table.offsets
    }

    /// Value `index` with its line end.
    @inline(__always)
    func bytes(_ index: Int) -> (start: UnsafePointer<UInt8>, count: Int) {
        (text + offsets[index], offsets[index + 1] - offsets[index])
    }

    /// The first eight bytes, most significant first, filled up with zeros. Values have no NUL, so this sorts as they do.
    @inline(__always)
    func prefix(_ index: Int) -> UInt64 {
        let (start, count) = bytes(index)
        let length = count - 1
        // The buffer may be read for eight bytes behind its end.
        let word = UInt64(bigEndian: UnsafeRawPointer(start).loadUnaligned(as: UInt64.self))
        return length >= 8 ? word : word & ~(UInt64.max >> UInt64(8 * length))
    }

    /// Whether `prefix` is all there is of value `index`.
    @inline(__always)
    func isWithinPrefix(_ index: Int) -> Bool { offsets[index + 1] - offsets[index] <= 9 }

    /// Like `strcmp`: below zero when the first value sorts first; a prefix sorts before what it begins.
    @inline(__always)
    func compare(_ first: Int, _ second: Int) -> Int {
        let (left, leftCount) = bytes(first)
        let (right, rightCount) = bytes(second)
        let order = memcmp(left, right, min(leftCount, rightCount) - 1)
        return order != 0 ? Int(order) : leftCount - rightCount
    }
}
