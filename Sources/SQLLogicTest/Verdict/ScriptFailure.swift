/// One thing in a script that did not hold.
public struct ScriptFailure: Sendable, Equatable, Codable {
    /// What kind of failure it is.
    public enum Kind: String, Sendable, Codable {
        /// A value of a result is another one.
        case wrongValue = "wrong-value"
        /// A result has more values than the script.
        case tooManyRows = "too-many-rows"
        /// A result has fewer values than the script.
        case tooFewRows = "too-few-rows"
        /// The hash of a result is another one.
        case wrongHash = "wrong-hash"
        /// Queries with the same label have different results.
        case label
        /// A statement failed, or with another error than the expected one.
        case statementFailed = "statement-failed"
        /// A statement or query succeeded that must fail.
        case statementSucceeded = "statement-succeeded"
        /// A query failed, or has another number of columns.
        case queryFailed = "query-failed"
        /// The script itself is wrong.
        case script
        /// A statement or query took longer than ``RunOptions/recordLimit`` and was ended.
        case timeout
        /// There was no memory for the result.
        case memory
        /// The process that ran the file has ended.
        case lost
    }

    /// What kind of failure it is.
    public var kind: Kind
    /// The line of the wrong value, or of the record's header; from 1.
    public var line: Int
    /// The script that ``line`` is of, when it is one that was included.
    public var file: String?
    /// What is wrong, in one line.
    public var message: String
    /// The record's SQL, cut to ``textLimit`` bytes.
    public var sql: String
    /// The value, result or error that the script has, cut to ``textLimit`` bytes.
    public var expected: String
    /// The value, result or error that the engine gave, cut to ``textLimit`` bytes.
    public var actual: String
    /// What the server said besides while the record ran, the last 10 notices, each cut to ``textLimit`` bytes.
    public var notices: [String]?
    /// The whole result that the script has, and the one that came: row by row, with tabs between values, cut to ``textLimit`` bytes. On the
    /// first failure of a record whose others are about single values.
    public var expectedRows: String?
    public var actualRows: String?
    /// What has to be done about it, the same for all failures of one record.
    public var category: FailureCategory?
    /// Where the record begins, from 1: failures with one line are of one record. Of the script that ``line`` is of.
    public var recordLine: Int?
    /// Which record it is; nil where it has no SQL.
    public var identity: RecordKey?
    /// Where the failed statement begins that this is a consequence of.
    public var causedBy: Int?
    /// The most units in the last place that two floats are apart, where all that differs are such and the way values are written.
    public var ulps: Int?
    /// Whether the script has a hash of the result in its place.
    public var isHashed: Bool?

    package init(kind: Kind, line: Int, message: String, sql: String = "", expected: String = "", actual: String = "") {
        self.kind = kind
        self.line = line
        self.message = message
        self.sql = sql
        self.expected = expected
        self.actual = actual
    }

    /// The same failure, of another script than the one that was run.
    func attributed(to file: String) -> ScriptFailure {
        var failure = self
        failure.file = file
        return failure
    }

    /// The same failure with what the server said besides; the last notices are kept.
    func with(notices: [String]) -> ScriptFailure {
        var failure = self
        failure.notices = notices.isEmpty ? nil : notices.suffix(Self.noticeLimit)
            .map { notice in Array(notice.utf8).withUnsafeBufferPointer { ScriptFailure.cut($0) } }
        return failure
    }

    /// The first values of a result as text.
    /// - Parameter count: how many there are.
    static func rows(_ values: [String], columns: Int, of count: Int) -> String {
        let width = max(columns, 1)
        let lines = stride(from: 0, to: values.count, by: width).map { values[$0..<min($0 + width, values.count)].joined(separator: "\t") }
        let text = lines.joined(separator: "\n") + (values.count < count ? "\n…" : "")
        return Array(text.utf8).withUnsafeBufferPointer { cut($0) }
    }

    static let noticeLimit = 10

    /// The most bytes of a text that are kept; `…` behind them says that it was cut.
    public static let textLimit = 400

    /// The start of `bytes` as text, with `…` where it was cut. What is not UTF-8 is replaced.
    static func cut(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        guard bytes.count > textLimit else { return String(decoding: bytes, as: UTF8.self) }
        var end = textLimit
        // Not within a character.
        while end > textLimit - 4, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: bytes[..<end], as: UTF8.self) + "…"
    }
}
