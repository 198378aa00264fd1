import CRE2

/// A regular expression over Unicode scalars that matches in linear time, as those of the other runners of these files do.
final class Pattern {
    private let pattern: OpaquePointer

    /// The syntax of an expression.
    enum Syntax {
        case re2
        /// That of Rust's regex crate; see ``RustPattern``.
        case rust
    }

    init(_ text: String, _ syntax: Syntax, dotMatchesNewlines: Bool = false) throws(PatternError) {
        var text = try syntax == .rust ? RustPattern.translated(text) : text
        let made = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { reason -> Result<OpaquePointer, PatternError> in
            let made = text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    slt_pattern_make($0.baseAddress, $0.count, dotMatchesNewlines, reason.baseAddress, reason.count)
                }
            }
            if let made { return .success(made) }
            return .failure(PatternError(message: reason.baseAddress.map { String(cString: $0) } ?? ""))
        }
        pattern = try made.get()
    }

    deinit { slt_pattern_free(pattern) }

    func isFound(in text: String) -> Bool { matches(text, whole: false) }

    func isWhole(_ text: String) -> Bool { matches(text, whole: true) }

    private func matches(_ text: String, whole: Bool) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { slt_pattern_matches(pattern, $0.baseAddress, $0.count, whole) }
        }
    }
}
