extension FailureRows {
    /// Bytes of one value.
    private static let valueKept = 4096
    /// Rows before the first difference that stay.
    private static let context = 3

    /// The same in about so many bytes. What goes are the rows that both have before the first difference, then those at the end, on
    /// both sides alike.
    public func bounded(bytes limit: Int) -> FailureRows {
        var copy = self
        copy.expected = expected.map { $0.map { $0.cut(toBytes: Self.valueKept) } }
        copy.actual = actual.map { $0.cut(toBytes: Self.valueKept) }
        guard Self.size(copy.actual[...]) + Self.size((copy.expected ?? [])[...]) > limit else { return copy }
        let width = max(1, columns)
        copy.expectedCount = expectedCount ?? expected?.count
        copy.actualCount = actualCount ?? actual.count
        let skipped = expected == nil ? 0 : max(0, sharedRows(width) - Self.context)
        copy.skipped = skipped + (self.skipped ?? 0) > 0 ? skipped + (self.skipped ?? 0) : nil
        var kept: (expected: [String], actual: [String]) = ([], [])
        var used = 0, row = skipped
        while row * width < max(copy.actual.count, copy.expected?.count ?? 0) {
            let expected = Self.row(row, width, of: copy.expected ?? []), actual = Self.row(row, width, of: copy.actual)
            used += Self.size(expected) + Self.size(actual)
            if used > limit, row > skipped { break }
            kept.expected += expected
            kept.actual += actual
            row += 1
        }
        copy.expected = expected == nil ? nil : kept.expected
        copy.actual = kept.actual
        return copy
    }

    private func sharedRows(_ width: Int) -> Int { zip(actual, expected ?? []).prefix { $0 == $1 }.count / width }

    private static func row(_ index: Int, _ width: Int, of values: [String]) -> ArraySlice<String> {
        values[min(index * width, values.count)..<min((index + 1) * width, values.count)]
    }

    /// As JSON, about.
    private static func size(_ values: ArraySlice<String>) -> Int { values.reduce(0) { $0 + $1.utf8.count + 3 } }
}
