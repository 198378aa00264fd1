import Glibc

/// The values of a ``ResultTable`` for as long as it does not change.
struct ResultView {
    private let text: UnsafePointer<UInt8>
    private let offsets: UnsafePointer<Int>

    init(_ table: borrowing ResultTable) {
        text = UnsafePointer(table.text.start)
        offsets = table.offsets
    }

    /// Like `strcmp`: below zero when the first value sorts first; a prefix sorts before what it begins.
    @inline(__always)
    func compare(_ first: Int, _ second: Int) -> Int {
        let firstCount = offsets[first + 1] - offsets[first]
        let secondCount = offsets[second + 1] - offsets[second]
        let order = memcmp(text + offsets[first], text + offsets[second], min(firstCount, secondCount) - 1)
        return order != 0 ? Int(order) : firstCount - secondCount
    }
}
