/// What a script says of the error it expects.
enum RSExpectedError: Equatable {
    case any
    /// A regular expression of Rust's regex crate, found anywhere in the message.
    case pattern(String)
    case sqlState(String)
    /// The whole message without the white space around it.
    case text(String)

    /// What stands behind `statement error` or `query error`.
    init(tokens: ArraySlice<String>) throws(RSParseError.Reason) {
        let text = tokens.joined(separator: " ")
        if text.isEmpty {
            self = .any
        } else if let state = Self.sqlState(in: text) {
            self = .sqlState(state)
        } else {
            do throws(PatternError) {
                _ = try Pattern(text, .rust)
            } catch {
                throw RSParseError.Reason("invalid regular expression: \(text): \(error.message)")
            }
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

    /// A script may have the error as sqllogictest-rs records it, or the engine's own words.
    func matches(_ failure: EngineFailure) -> Bool {
        let texts = [failure.clientText, failure.message].compactMap(\.self)
        switch self {
        case .any: return true
        case .pattern(let text):
            guard let pattern = try? Pattern(text, .rust) else { return false }
            return texts.contains { pattern.isFound(in: $0) }
        case .sqlState(let state): return failure.sqlState == state
        case .text(let text): return texts.contains { Whitespace.trimmed($0) == text }
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
