/// One thing in a script that did not hold.
public struct Failure: Sendable, Equatable, Codable {
    public enum Kind: String, Sendable, Codable {
        case wrongValue = "wrong-value"
        case tooManyRows = "too-many-rows"
        case tooFewRows = "too-few-rows"
        case wrongHash = "wrong-hash"
        case label
        case statementFailed = "statement-failed"
        case statementSucceeded = "statement-succeeded"
        case queryFailed = "query-failed"
        /// The script itself is wrong.
        case script
        /// There was no memory for the result.
        case memory
        /// The process that ran the file has ended.
        case lost
    }

    public var kind: Kind
    /// Of the wrong result line, or of the record's header; from 1.
    public var line: Int
    /// The script that `line` is of, when it is one that was included.
    public var file: String?
    /// What is wrong, in one line.
    public var message: String
    /// Each cut to ``textLimit`` bytes.
    public var sql: String
    public var expected: String
    public var actual: String
    /// What the server said besides, while the record ran.
    public var notices: [String]?

    public init(kind: Kind, line: Int, message: String, sql: String = "", expected: String = "", actual: String = "") {
        self.kind = kind
        self.line = line
        self.message = message
        self.sql = sql
        self.expected = expected
        self.actual = actual
    }

    /// The same failure, of another script than the one that was run.
    func `in`(_ file: String) -> Failure {
        var failure = self
        failure.file = file
        return failure
    }

    /// The same failure with what the server said besides; the last notices are kept.
    func with(_ notices: [String]) -> Failure {
        var failure = self
        failure.notices = notices.isEmpty ? nil : notices.suffix(Self.noticeLimit)
            .map { notice in Array(notice.utf8).withUnsafeBufferPointer { Failure.cut($0) } }
        return failure
    }

    static let noticeLimit = 10

    /// The most bytes of SQL or of a result that are kept.
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
