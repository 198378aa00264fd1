/// What a reader must know of a failing record before its values: the kinds lead to different repairs.
public enum FailureKind: String, Codable, Sendable, CaseIterable {
    /// Other rows than the script has, also more or fewer of them.
    case wrongRows = "wrong-rows"
    /// The same rows in another order: the query needs an ORDER BY, or the record a sort mode.
    case rowOrder = "row-order"
    /// The same values, written in another way: `1` and `1.0`, trailing zeros, floats a few units in the last place apart.
    case formatting
    /// Another number of columns, or columns of another type.
    case columns
    /// A statement or query failed that must not.
    case unexpectedError = "unexpected-error"
    /// A statement or query succeeded that must fail.
    case unexpectedSuccess = "unexpected-success"
    /// A statement or query failed as it must, but with another error.
    case wrongError = "wrong-error"
    /// A statement or query was ended because it took longer than a record may.
    case timeout
    /// The script itself is wrong.
    case script
    /// None of these, such as a process that ended.
    case other

    /// A kind that a newer release has is `other`.
    public init(from decoder: any Decoder) throws {
        self = FailureKind(rawValue: try decoder.singleValueContainer().decode(String.self)) ?? .other
    }
}

/// Which record of a file is meant, so that it stays the same when lines move: its SQL, and how many-th record of the file with that SQL it is.
public struct RecordIdentity: Codable, Sendable, Hashable {
    /// Of the record's normalised SQL: 16 hexadecimal digits. Comments are blanks, blanks outside of quotes are one space, letters outside
    /// of quotes are lower case, and semicolons at the end are dropped.
    public var digest: String
    /// From 1, among the records of the file with this digest, those included that a condition leaves out.
    public var occurrence: Int

    /// Each parameter is the property of the same name.
    public init(digest: String, occurrence: Int) {
        self.digest = digest
        self.occurrence = occurrence
    }
}
