/// The rows of one failing record: a line of `rows/<id>` in the run directory, a file beside the record of its script. It explains a failure and changes no verdict.
public struct FailureRows: Codable, Sendable, Equatable {
    /// Where the record begins, from 1, as in ``RecordFailure/recordLine``.
    public var recordLine: Int
    /// The script that ``recordLine`` is of, when it is one that was included.
    public var script: String?
    /// Which record it is.
    public var identity: RecordIdentity?
    /// How many values stand in a row; 1 under `valuesort`, where values are sorted and rows are gone.
    public var columns: Int
    /// Whether these are values and not rows.
    public var isValues: Bool
    /// The values that the script expects, row by row; `nil` where they are not known.
    public var expected: [String]?
    /// The values that came, row by row.
    public var actual: [String]
    /// Rows that both have and that were left out before the first of ``expected`` and ``actual``, so that a difference far below is kept; `nil` for none.
    public var skipped: Int?
    /// How many values there are in all, the skipped ones included, where ``expected`` or ``actual`` is cut.
    public var expectedCount: Int?
    public var actualCount: Int?
    /// Whose rows hash to what the script expects, and so are the expected ones: `sqlite 3.40.1`. `nil` where the script has the rows itself, or they are not known.
    public var provenBy: String?
    /// Why the expected rows are not known, in a few words.
    public var unknown: String?
    /// What kind of failure the rows show, where that is not what the record says: a hash does not tell an order.
    public var kind: FailureKind?
    /// The most units in the last place that two floats differ by, where all differences are such.
    public var ulps: Int?

    /// Rows; what has no parameter is set afterwards.
    public init(recordLine: Int, columns: Int, isValues: Bool, expected: [String]?, actual: [String]) {
        self.recordLine = recordLine
        self.columns = columns
        self.isValues = isValues
        self.expected = expected
        self.actual = actual
    }
}
