import Glibc

/// Puts the values of a result in the order of a sort mode, by sorting offsets: the text itself is copied once, at the end.
///
/// A merge sort over runs of insertion sort. The standard library's sort took a quarter of all time on results of one
/// column, most of it for moving items.
struct ResultSorter: ~Copyable {
    /// What is sorted: a row or a value, with the first bytes of it as one number, which settles most comparisons.
    private struct Item: BitwiseCopyable {
        var prefix: UInt64
        var index: Int
    }

    private var items: UnsafeMutablePointer<Item> = allocated(64)
    private var spare: UnsafeMutablePointer<Item> = allocated(64)
    private var capacity = 64

    deinit {
        free(items)
        free(spare)
    }

    /// Writes the values of `table` into `sorted`, in the order of `mode`. Not for `nosort`.
    mutating func sort(_ table: borrowing ResultTable, by mode: SortMode, into sorted: inout ResultTable) {
        let width = mode == .rowsort ? max(table.columns, 1) : 1
        let count = table.count / width
        sorted.removeAll()
        sorted.columns = table.columns
        guard reserve(count) else { return sorted.giveUp() }
        let view = ResultView(table)
        for row in 0..<count { items[row] = Item(prefix: view.prefix(row * width), index: row * width) }
        order(count, view, width)
        for row in 0..<count {
            for column in 0..<width {
                let value = view.bytes(items[row].index + column)
                sorted.append(value: value.start, value.count)
            }
        }
    }

    private mutating func reserve(_ count: Int) -> Bool {
        guard count > capacity else { return true }
        let size = count * 2 * MemoryLayout<Item>.stride
        guard let larger = realloc(items, size) else { return false }
        items = larger.assumingMemoryBound(to: Item.self)
        guard let largerSpare = realloc(spare, size) else { return false }
        spare = largerSpare.assumingMemoryBound(to: Item.self)
        capacity = count * 2
        return true
    }

    private static let run = 12

    private mutating func order(_ count: Int, _ view: ResultView, _ width: Int) {
        for start in stride(from: 0, to: count, by: Self.run) {
            insert(start, min(start + Self.run, count), view, width)
        }
        var length = Self.run
        while length < count {
            for start in stride(from: 0, to: count, by: 2 * length) {
                merge(start, min(start + length, count), min(start + 2 * length, count), view, width)
            }
            swap(&items, &spare)
            length *= 2
        }
    }

    @inline(__always)
    private static func precedes(_ left: Item, _ right: Item, _ view: ResultView, _ width: Int) -> Bool {
        if left.prefix != right.prefix { return left.prefix < right.prefix }
        // Short first values with the same prefix are the same.
        let first = view.isWithinPrefix(left.index) && view.isWithinPrefix(right.index) ? 1 : 0
        for column in first..<max(first, width) {
            let order = view.compare(left.index + column, right.index + column)
            if order != 0 { return order < 0 }
        }
        return false
    }

    /// Sorts the items from `start` to before `end` in place.
    private func insert(_ start: Int, _ end: Int, _ view: ResultView, _ width: Int) {
        var next = start + 1
        while next < end {
            let item = items[next]
            var at = next
            while at > start, Self.precedes(item, items[at - 1], view, width) {
                items[at] = items[at - 1]
                at -= 1
            }
            items[at] = item
            next += 1
        }
    }

    /// Merges two sorted neighbours into `spare`.
    private func merge(_ start: Int, _ middle: Int, _ end: Int, _ view: ResultView, _ width: Int) {
        var (left, right, target) = (start, middle, start)
        while left < middle, right < end {
            let takesRight = Self.precedes(items[right], items[left], view, width)
            spare[target] = takesRight ? items[right] : items[left]
            if takesRight { right += 1 } else { left += 1 }
            target += 1
        }
        (spare + target).update(from: items + left, count: middle - left)
        (spare + target + middle - left).update(from: items + right, count: end - right)
    }
}
