/// The rows behind a hash, and how they go from the process that found them to the one that asked: a line
/// `rows LINE TYPES SORT-MODE COUNT BYTES`, then the values, each ended by `\n`, then a line end. The values may be cut: `COUNT` says how many there are.
package struct ReplayedRows: Sendable, Equatable {
    /// Of the record's header, from 1.
    package var line: Int
    /// The record's type letters; at least one.
    package var types: String
    /// The order in which the values stand.
    package var sortMode: SortMode
    /// How many values there are.
    package var count: Int
    /// The values, row by row.
    package var values: [String]

    package init(line: Int, types: String, sortMode: SortMode, count: Int, values: [String]) {
        self.line = line
        self.types = types
        self.sortMode = sortMode
        self.count = count
        self.values = values
    }

    /// Whether these are sorted values and no rows.
    package var isValues: Bool { sortMode == .valuesort }
    /// Values in a row; 1 where these are values.
    package var columns: Int { isValues ? 1 : types.utf8.count }

    /// What kind of difference there is to another result of the record, and the units in the last place where floats differ by no more.
    /// - Parameter actual: all of its values, sorted alike.
    /// - Returns: nil where not all of these values were kept.
    package func judged(actual: [String]) -> (category: FailureCategory, ulps: Int?)? {
        guard values.count == count else { return nil }
        return ResultMismatch(columns: columns, areTexts: types.utf8.map { $0 == UInt8(ascii: "T") }, sortMode: sortMode, expected: values, actual: actual).judged
    }

    /// The rows as bytes.
    package var encoded: [UInt8] {
        var text: [UInt8] = []
        for value in values {
            text += Array(value.utf8)
            text.append(0x0A)
        }
        return Array("rows \(line) \(types) \(sortMode.rawValue) \(count) \(text.count)\n".utf8) + text + [0x0A]
    }

    /// Takes the first whole rows out of `bytes`.
    /// - Returns: nil where none are there yet, or the bytes are none of this format.
    package static func taken(from bytes: inout ArraySlice<UInt8>) -> ReplayedRows? {
        guard let end = bytes.firstIndex(of: 0x0A) else { return nil }
        let words = bytes[..<end].split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
        guard words.count == 6, words[0] == "rows", let line = Int(words[1]), let mode = SortMode(rawValue: words[3]), let count = Int(words[4]),
              let length = Int(words[5]), line > 0, count >= 0, length >= 0, length < bytes.endIndex - end - 1 else { return nil }
        let text = bytes[(end + 1)..<(end + 1 + length)]
        let values = text.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast().map { String(decoding: $0, as: UTF8.self) }
        bytes = bytes[(end + 2 + length)...]
        return ReplayedRows(line: line, types: words[2], sortMode: mode, count: count, values: values)
    }
}
