public import Fleet

/// The rows that were expected beside those that came: what they share stands once, what differs stands together.
///
/// Takes time in proportion to the rows and their logarithm, whatever they are: rows that both have once are the anchors (patience diff),
/// and only short stretches between them are compared each with each.
public struct RowDifference: Sendable, Equatable {
    /// A line to show.
    public enum Line: Sendable, Equatable {
        /// A row that both have.
        case same([String])
        /// A row that is only expected.
        case expected([String])
        /// A row that only came.
        case actual([String])
        /// A row that came with other values; `columns` are those that differ, from 0.
        case changed(expected: [String], actual: [String], columns: [Int])
        /// So many rows that both have are left out here.
        case omitted(Int)
    }

    /// In the order of the rows; empty when both are the same.
    public let lines: [Line]
    /// How many lines are left out behind ``lines``, because there would be too many.
    public let more: Int
    /// Rows that were not compared, because nobody kept them.
    public let expectedUnseen: Int
    public let actualUnseen: Int

    /// Rows that are the same and stand around a difference.
    static let context = 2
    /// Lines that are shown unless told.
    public static let linesShown = 100

    /// - Parameter most: lines that are made.
    public init(expected: [[String]], actual: [[String]], most: Int = RowDifference.linesShown) {
        self.init(expected, actual, most: most, expectedUnseen: 0, actualUnseen: 0, skipped: 0)
    }

    /// - Returns: nil where the expected rows are not known.
    public init?(_ rows: FailureRows, most: Int = RowDifference.linesShown) {
        guard let expected = rows.expected else { return nil }
        let width = max(1, rows.columns), skipped = max(0, rows.skipped ?? 0)
        let split = { (values: [String]) in stride(from: 0, to: values.count, by: width).map { Array(values[$0..<min($0 + width, values.count)]) } }
        let unseen = { (all: Int?, kept: Int) in all.map { max(0, $0 / width - skipped - (kept + width - 1) / width) } ?? 0 }
        self.init(split(expected), split(rows.actual), most: most, expectedUnseen: unseen(rows.expectedCount, expected.count),
                  actualUnseen: unseen(rows.actualCount, rows.actual.count), skipped: skipped)
    }

    private init(_ expected: [[String]], _ actual: [[String]], most: Int, expectedUnseen: Int, actualUnseen: Int, skipped: Int) {
        var lines = Self.lines(expected, actual)
        // The end of what was kept is no difference: what stands there on one side only may be among what the other has not kept.
        while let last = lines.last {
            if actualUnseen > 0, case .expected = last { lines.removeLast() } else if expectedUnseen > 0, case .actual = last { lines.removeLast() } else { break }
        }
        lines = Self.shortened(lines, skipped: skipped)
        self.lines = Array(lines.prefix(max(1, most)))
        more = max(0, lines.count - max(1, most))
        self.expectedUnseen = expectedUnseen
        self.actualUnseen = actualUnseen
    }

    // MARK: aligning

    private static func lines(_ expected: [[String]], _ actual: [[String]]) -> [Line] {
        let alignment = RowAlignment(expected, actual)
        var lines: [Line] = []
        var (left, right) = (0, 0)
        for pair in alignment.pairs + [(expected.count, actual.count)] {
            lines += changes(expected[left..<pair.0], actual[right..<pair.1])
            if pair.0 < expected.count { lines.append(.same(expected[pair.0])) }
            (left, right) = (pair.0 + 1, pair.1 + 1)
        }
        return lines
    }

    /// Rows between two that are the same.
    private static func changes(_ expected: ArraySlice<[String]>, _ actual: ArraySlice<[String]>) -> [Line] {
        if expected.isEmpty { return actual.map { .actual($0) } }
        if actual.isEmpty { return expected.map { .expected($0) } }
        var lines: [Line] = [], came: [Line] = []
        var (left, right) = (expected.startIndex, actual.startIndex)
        for pair in RowAlignment.similar(expected, actual) + [(expected.endIndex, actual.endIndex)] {
            lines += expected[left..<pair.0].map { .expected($0) }
            came += actual[right..<pair.1].map { .actual($0) }
            (left, right) = (pair.0 + 1, pair.1 + 1)
            guard pair.0 < expected.endIndex else { continue }
            let (old, new) = (expected[pair.0], actual[pair.1])
            let columns = (0..<max(old.count, new.count)).filter { $0 >= old.count || $0 >= new.count || old[$0] != new[$0] }
            if columns.count == max(old.count, new.count), columns.count > 1 {
                // Nothing in common: two rows, and no changed one.
                lines.append(.expected(old))
                came.append(.actual(new))
            } else {
                lines += came + [.changed(expected: old, actual: new, columns: columns)]
                came = []
            }
        }
        return lines + came
    }

    // MARK: leaving out

    /// - Parameter skipped: rows that are the same and stood before these.
    private static func shortened(_ lines: [Line], skipped: Int) -> [Line] {
        var result: [Line] = [], run: [Line] = []
        var before = skipped
        func flush(atEnd: Bool) {
            let head = result.isEmpty ? 0 : context, tail = atEnd ? 0 : context
            let left = run.count - head - tail + before
            defer { before = 0 }
            guard left > 1 || before > 0 else { return result += run }
            result += run.prefix(head)
            result.append(.omitted(max(left, before)))
            result += run.suffix(min(tail, max(0, run.count - head)))
        }
        for line in lines {
            if case .same = line {
                run.append(line)
                continue
            }
            flush(atEnd: false)
            run = []
            result.append(line)
        }
        if result.isEmpty { return [] }
        flush(atEnd: true)
        return result
    }
}
