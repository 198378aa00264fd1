import Glibc

/// Puts the values of a result in the order of a sort mode, by sorting offsets: the text itself is copied once, at the end.
struct ResultSorter: ~Copyable {
    /// What is sorted: a row or a value, with the first bytes of it as one number, which settles most comparisons.
    private struct Item {
        var prefix: UInt64
        var index: Int
    }

    private var items: [Item] = []

    /// Writes the values of `table` into `sorted`, in the order of `mode`. Not for `nosort`.
    mutating func sort(_ table: borrowing ResultTable, by mode: SortMode, into sorted: inout ResultTable) {
        let width = mode == .rowsort ? max(table.columns, 1) : 1
        items.removeAll(keepingCapacity: true)
        var index = 0
        while index + width <= table.count {
            items.append(Item(prefix: Self.prefix(of: table.value(index)), index: index))
            index += width
        }
        Self.order(&items, of: table, width: width)
        sorted.removeAll()
        sorted.columns = table.columns
        for item in items {
            for column in 0..<width { sorted.append(formatted: table.value(item.index + column)) }
        }
    }

    private static func order(_ items: inout [Item], of table: borrowing ResultTable, width: Int) {
        // A closure cannot capture a borrowed table; these pointers are good as long as it is not written to.
        let view = ResultView(table)
        items.sort { left, right in
            if left.prefix != right.prefix { return left.prefix < right.prefix }
            for column in 0..<width {
                let order = view.compare(left.index + column, right.index + column)
                if order != 0 { return order < 0 }
            }
            return false
        }
    }

    /// The first eight bytes, most significant first, filled up with zeros. Values have no NUL, so a prefix sorts first.
    @inline(__always)
    private static func prefix(of value: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var prefix: UInt64 = 0
        let length = min(value.count, 8)
        for at in 0..<length { prefix = prefix << 8 | UInt64(value[at]) }
        return length == 0 ? 0 : prefix << UInt64(8 * (8 - length))
    }
}
