/// The whole result of a record that did not hold, as it was compared: sorted as its sort mode says.
public struct RecordRows: Sendable, Equatable, Codable {
    /// Where the record begins, from 1.
    public var recordLine: Int
    /// The script that ``recordLine`` is of, when it is one that was included.
    public var script: String?
    /// Which record it is.
    public var identity: RecordKey?
    /// How many values stand in a row; 1 under `valuesort`, and where the lines of a script in ``Dialect/rs`` cannot be told to be of this
    /// many values: a row is one text then.
    public var columns: Int
    /// The type letters that the record has; empty where it has none.
    public var types: String
    /// Whether these are values and not rows.
    public var isValues: Bool
    /// The record's sort mode.
    public var sortMode: SortMode
    /// The values that the script has, row by row; nil where it has a hash.
    public var expected: [String]?
    /// `N values hashing to DIGEST`, where the script has that.
    public var expectedHash: String?
    /// How many values the script has, or says to hash.
    public var expectedCount: Int
    /// The values that came, row by row.
    public var actual: [String]
    /// How many came.
    public var actualCount: Int

    init(_ mismatch: ResultMismatch, _ finding: FailureFinding, types: String, hash: String?) {
        recordLine = finding.recordLine
        identity = finding.identity
        sortMode = mismatch.sortMode
        isValues = sortMode == .valuesort
        columns = isValues ? 1 : max(mismatch.columns, 1)
        self.types = types
        expected = hash == nil ? Self.start(of: mismatch.expected) : nil
        expectedHash = hash
        expectedCount = hash.flatMap { Int($0.prefix { $0.isNumber }) } ?? mismatch.expected.count
        actual = Self.start(of: mismatch.actual)
        actualCount = mismatch.actual.count
    }

    private static func start(of values: [String]) -> [String] {
        var left = byteLimit / 2
        return Array(values.prefix { value in
            left -= value.utf8.count
            return left >= 0
        })
    }

    /// How many records of a file have their rows kept.
    public static let mostRecords = 100
    /// The bytes of values that are kept of a record, half of them of those that came.
    public static let byteLimit = 512 << 10
    /// The bytes of values that are kept of a file.
    public static let fileLimit = 4 << 20

    /// Bytes of its values.
    var bytes: Int { ((expected ?? []) + actual).reduce(0) { $0 + $1.utf8.count } }
}
