/// What a script says of the error it expects.
enum ExpectedError: Equatable {
    case any
    /// A regular expression, found anywhere in the message.
    ///
    /// It is Swift's dialect of them, which has all that sqllogictest-rs's has but `\z`, `(?x)` comments and the
    /// algebra of classes; `.` and classes see Unicode scalars.
    case pattern(String)
    case sqlState(String)
    /// The whole message, white space around it aside.
    case text(String)

    /// What stands behind `statement error` or `query error`.
    init(tokens: ArraySlice<String>) throws(RSParseError.Reason) {
        let text = tokens.joined(separator: " ")
        if text.isEmpty {
            self = .any
        } else if let state = Self.sqlState(in: text) {
            self = .sqlState(state)
        } else {
            guard Pattern(text) != nil else { throw RSParseError.Reason("invalid regular expression: \(text)") }
            self = .pattern(text)
        }
    }

    /// `(XXXXX)`.
    private static func sqlState(in text: String) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.count == 7, bytes[0] == UInt8(ascii: "("), bytes[6] == UInt8(ascii: ")") else { return nil }
        let isState = bytes[1..<6].allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x41 && $0 <= 0x5A) }
        return isState ? String(decoding: bytes[1..<6], as: UTF8.self) : nil
    }

    func matches(_ failure: EngineFailure) -> Bool {
        switch self {
        case .any: true
        case .pattern(let pattern): Pattern(pattern)?.isFound(in: failure.message) ?? false
        case .sqlState(let state): failure.sqlState == state
        case .text(let text): Whitespace.trimmed(failure.message) == text
        }
    }

    /// For a message.
    var shown: String {
        switch self {
        case .any: "an error"
        case .pattern(let pattern): pattern
        case .sqlState(let state): "(\(state))"
        case .text(let text): text
        }
    }
}
