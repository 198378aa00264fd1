/// Which rows of two lists are the same rows.
struct RowAlignment {
    /// Indices of rows that are equal, rising in both lists.
    private(set) var pairs: [(Int, Int)] = []

    /// Cells of the table that compares each row with each; beyond that rows are compared by their place.
    private static let cells = 250_000
    /// Stretches within stretches that are looked at.
    private static let deepest = 20
    /// Cells that may be spent for all stretches together.
    private var budget = 4_000_000

    init(_ expected: [[String]], _ actual: [[String]]) {
        var numbers: [[String]: Int] = [:]
        func number(_ row: [String]) -> Int {
            if let known = numbers[row] { return known }
            numbers[row] = numbers.count
            return numbers.count - 1
        }
        let old = expected.map(number), new = actual.map(number)
        align(old, new, 0..<old.count, 0..<new.count, depth: 0)
    }

    private mutating func align(_ old: [Int], _ new: [Int], _ left: Range<Int>, _ right: Range<Int>, depth: Int) {
        var (left, right) = (left, right)
        while !left.isEmpty, !right.isEmpty, old[left.lowerBound] == new[right.lowerBound] {
            pairs.append((left.lowerBound, right.lowerBound))
            left = left.lowerBound + 1..<left.upperBound
            right = right.lowerBound + 1..<right.upperBound
        }
        var common = 0
        while common < min(left.count, right.count), old[left.upperBound - 1 - common] == new[right.upperBound - 1 - common] { common += 1 }
        let ends = (left.upperBound - common, right.upperBound - common)
        alignMiddle(old, new, left.lowerBound..<ends.0, right.lowerBound..<ends.1, depth: depth)
        for index in 0..<common { pairs.append((ends.0 + index, ends.1 + index)) }
    }

    private mutating func alignMiddle(_ old: [Int], _ new: [Int], _ left: Range<Int>, _ right: Range<Int>, depth: Int) {
        guard !left.isEmpty, !right.isEmpty else { return }
        let size = left.count.multipliedReportingOverflow(by: right.count)
        if !size.overflow, size.partialValue <= Self.cells, size.partialValue <= budget {
            budget -= size.partialValue
            return pairs += Self.heaviest(left, right) { old[$0] == new[$1] ? 1 : 0 }
        }
        let anchors = depth < Self.deepest ? Self.anchors(old, new, left, right) : []
        guard !anchors.isEmpty else {
            for index in 0..<min(left.count, right.count) where old[left.lowerBound + index] == new[right.lowerBound + index] {
                pairs.append((left.lowerBound + index, right.lowerBound + index))
            }
            return
        }
        var (from, to) = (left.lowerBound, right.lowerBound)
        for anchor in anchors {
            align(old, new, from..<anchor.0, to..<anchor.1, depth: depth + 1)
            pairs.append(anchor)
            (from, to) = (anchor.0 + 1, anchor.1 + 1)
        }
        align(old, new, from..<left.upperBound, to..<right.upperBound, depth: depth + 1)
    }

    /// The longest rising list of rows that each side has once.
    private static func anchors(_ old: [Int], _ new: [Int], _ left: Range<Int>, _ right: Range<Int>) -> [(Int, Int)] {
        var places: [Int: Int] = [:]
        for index in right { places[new[index]] = places[new[index]] == nil ? index : -1 }
        var counts: [Int: Int] = [:]
        for index in left { counts[old[index], default: 0] += 1 }
        let candidates = left.compactMap { index -> (Int, Int)? in
            guard counts[old[index]] == 1, let place = places[old[index]], place >= 0 else { return nil }
            return (index, place)
        }
        // Patience sorting: the last candidate of the best list of each length, and what each one follows.
        var tails: [Int] = [], previous = [Int](repeating: -1, count: candidates.count)
        for (index, candidate) in candidates.enumerated() {
            var (low, high) = (0, tails.count)
            while low < high {
                let middle = (low + high) / 2
                if candidates[tails[middle]].1 < candidate.1 { low = middle + 1 } else { high = middle }
            }
            if low > 0 { previous[index] = tails[low - 1] }
            if low == tails.count { tails.append(index) } else { tails[low] = index }
        }
        var chain: [(Int, Int)] = []
        var at = tails.last ?? -1
        while at >= 0 {
            chain.append(candidates[at])
            at = previous[at]
        }
        return chain.reversed()
    }

    /// Rows that differ and yet are the same: those with the most values in common, in order.
    static func similar(_ expected: ArraySlice<[String]>, _ actual: ArraySlice<[String]>) -> [(Int, Int)] {
        let size = expected.count.multipliedReportingOverflow(by: actual.count)
        guard !size.overflow, size.partialValue <= 10_000 else {
            return (0..<min(expected.count, actual.count)).map { (expected.startIndex + $0, actual.startIndex + $0) }
        }
        // Any pair is better than none, and one with common values better than several without.
        return heaviest(expected.startIndex..<expected.endIndex, actual.startIndex..<actual.endIndex) { left, right in
            1 + 1000 * zip(expected[left], actual[right]).count { $0 == $1 }
        }
    }

    /// The rising list of pairs with the greatest weight; pairs of weight 0 are none.
    private static func heaviest(_ left: Range<Int>, _ right: Range<Int>, _ weight: (Int, Int) -> Int) -> [(Int, Int)] {
        let width = right.count + 1
        var best = [Int](repeating: 0, count: (left.count + 1) * width)
        var weights = [Int](repeating: 0, count: left.count * right.count)
        for row in (0..<left.count).reversed() {
            for column in (0..<right.count).reversed() {
                let own = weight(left.lowerBound + row, right.lowerBound + column)
                weights[row * right.count + column] = own
                best[row * width + column] = max(best[(row + 1) * width + column], best[row * width + column + 1],
                                                 own > 0 ? own + best[(row + 1) * width + column + 1] : 0)
            }
        }
        var pairs: [(Int, Int)] = []
        var (row, column) = (0, 0)
        while row < left.count, column < right.count {
            let own = weights[row * right.count + column], here = best[row * width + column]
            if own > 0, here == own + best[(row + 1) * width + column + 1] {
                pairs.append((left.lowerBound + row, right.lowerBound + column))
                (row, column) = (row + 1, column + 1)
            } else if here == best[(row + 1) * width + column] {
                row += 1
            } else {
                column += 1
            }
        }
        return pairs
    }
}
