/// A regular expression over Unicode scalars, as the other runners of these files have them.
struct Pattern {
    private let regex: Regex<AnyRegexOutput>

    /// Nil if it is none.
    init?(_ pattern: String, dotMatchesNewlines: Bool = false) {
        guard let regex = try? Regex(pattern) else { return nil }
        self.regex = regex.matchingSemantics(.unicodeScalar).dotMatchesNewlines(dotMatchesNewlines)
    }

    func isFound(in text: String) -> Bool { ((try? regex.firstMatch(in: text)) ?? nil) != nil }

    func isWhole(_ text: String) -> Bool { ((try? regex.wholeMatch(in: text)) ?? nil) != nil }
}
