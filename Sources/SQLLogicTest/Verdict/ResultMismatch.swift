/// A result that is not the one that its script has: what kind of difference that is.
struct ResultMismatch: Equatable {
    /// How many values stand in a row.
    var columns: Int
    /// Whether the values of a column are texts; columns behind the last one are not known to be.
    var areTexts: [Bool] = []
    var sortMode = SortMode.nosort
    /// Row by row, sorted as ``sortMode`` says.
    var expected: [String]
    var actual: [String]

    /// More values than this are not compared one by one: the result is another one.
    static let mostValues = 1 << 20

    /// The category, and the units in the last place where floats differ by no more.
    var judged: (category: FailureCategory, ulps: Int?) {
        guard expected.count == actual.count, expected.count <= Self.mostValues else { return (.wrongRows, nil) }
        if expected != actual, Self.counts(rows(expected)) == Self.counts(rows(actual)) {
            // What is not sorted as its own mode says can hold on no engine.
            return (sortMode == .nosort ? .rowOrder : .script, nil)
        }
        if let ulps = ulpsAtMost(expected, actual) { return (.formatting, ulps > 0 ? ulps : nil) }
        let (left, right) = (ordered(expected), ordered(actual))
        // Values that are written in another way are sorted in another way.
        guard let ulps = ulpsAtMost(left, right) else { return (.wrongRows, nil) }
        return sortMode == .nosort ? (ulps > 0 ? .wrongRows : .rowOrder, nil) : (.formatting, ulps > 0 ? ulps : nil)
    }

    private var width: Int { sortMode == .valuesort ? 1 : max(columns, 1) }

    private func rows(_ values: [String]) -> [ArraySlice<String>] {
        stride(from: 0, to: values.count, by: width).map { values[$0..<min($0 + width, values.count)] }
    }

    private static func counts(_ rows: [ArraySlice<String>]) -> [ArraySlice<String>: Int] {
        rows.reduce(into: [:]) { counts, row in counts[row, default: 0] += 1 }
    }

    /// The most units in the last place between values that are otherwise the same; nil where others differ too.
    private func ulpsAtMost(_ expected: [String], _ actual: [String]) -> Int? {
        var most = 0
        for index in expected.indices {
            switch ValueDifference.between(expected[index], actual[index], isText: isText(index % width)) {
            case .none, .formatting: break
            case .noise(let ulps): most = max(most, ulps)
            case .other: return nil
            }
        }
        return most
    }

    /// Under `valuesort` the columns are gone: texts are those of a result that has nothing else.
    private func isText(_ column: Int) -> Bool {
        if sortMode == .valuesort { return !areTexts.isEmpty && areTexts.allSatisfy(\.self) }
        return areTexts.indices.contains(column) && areTexts[column]
    }

    /// The rows in an order that does not hang on how a number is written.
    private func ordered(_ values: [String]) -> [String] {
        let keys = values.map { Double($0) }
        return stride(from: 0, to: values.count, by: width).sorted { left, right in
            for column in 0..<width where right + column < values.count && left + column < values.count {
                let (first, second) = (left + column, right + column)
                switch (keys[first], keys[second]) {
                case (let one?, let two?) where one != two && !one.isNaN && !two.isNaN: return one < two
                case (.some, nil): return true
                case (nil, .some): return false
                case (nil, nil) where values[first] != values[second]: return values[first] < values[second]
                default: break
                }
            }
            return false
        }.flatMap { values[$0..<min($0 + width, values.count)] }
    }
}
