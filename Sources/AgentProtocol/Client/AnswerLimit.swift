import Platform
import Wire

/// How much a host may answer to one request. It is not trusted to come to an end.
public struct AnswerLimit: Sendable {
    /// Messages.
    public var items: Int
    /// Bytes of all messages together.
    public var bytes: Int

    /// Each parameter is the property of the same name.
    public init(items: Int, bytes: Int) {
        self.items = items
        self.bytes = bytes
    }

    /// One answer, of the size that a message may have.
    public static let one = AnswerLimit(items: 1, bytes: WireLimits.message)
    /// What goes on for as long as a run or a build does, and is not kept.
    public static let stream = AnswerLimit(items: 1 << 30, bytes: 1 << 42)
}

/// Counts what comes of an answer.
struct AnswerMeter {
    private let limit: AnswerLimit
    private let what: String
    private let remedy: Remedy?
    private var items = 0
    private var bytes = 0

    /// - Parameters:
    ///   - what: what the answer is about, for the error.
    ///   - remedy: how to ask for less.
    init(_ limit: AnswerLimit, of what: String, remedy: Remedy? = nil) {
        self.limit = limit
        self.remedy = remedy
        self.what = what
    }

    /// - Throws: `WireFault` `malformed` beyond the limit.
    mutating func take(_ count: Int) throws {
        items += 1
        bytes += count
        guard items > limit.items || bytes > limit.bytes else { return }
        let most = items > limit.items ? "\(limit.items) answer\(limit.items == 1 ? "" : "s")" : "\(limit.bytes) bytes"
        throw WireFault(.malformed, "cannot take in what the host says of \(what): it sent more than \(most); nothing more was read, see what runs there as slt-worker", remedy: remedy)
    }
}
