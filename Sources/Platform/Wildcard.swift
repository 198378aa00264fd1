/// Matching of patterns in which something stands for any run of elements.
package enum Wildcard {
    /// Whether all of `text` fits `tokens`: a token fits one element, or any number of them.
    ///
    /// Only the last run is ever made longer: what an earlier one could take, the last can take too. So the time is at most the product of both
    /// lengths (the known algorithm of two positions, as in Rust's glob crate and musl's fnmatch).
    @inlinable
    package static func matches<Tokens: RandomAccessCollection, Text: RandomAccessCollection>(
        _ tokens: Tokens, _ text: Text, isAnyRun: (Tokens.Element) -> Bool, fits: (Tokens.Element, Text.Element) -> Bool
    ) -> Bool {
        var token = tokens.startIndex, at = text.startIndex
        var run: (token: Tokens.Index, at: Text.Index)?
        while at < text.endIndex {
            if token < tokens.endIndex, isAnyRun(tokens[token]) {
                run = (token, at)
                token = tokens.index(after: token)
            } else if token < tokens.endIndex, fits(tokens[token], text[at]) {
                token = tokens.index(after: token)
                at = text.index(after: at)
            } else if let last = run {
                let next = text.index(after: last.at)
                run = (last.token, next)
                token = tokens.index(after: last.token)
                at = next
            } else {
                return false
            }
        }
        return tokens[token...].allSatisfy(isAnyRun)
    }

    /// `*` stands for any run of bytes, `?` for one.
    package static func matches(pattern: [UInt8], _ text: [UInt8]) -> Bool {
        matches(pattern, text, isAnyRun: { $0 == UInt8(ascii: "*") }, fits: { $0 == UInt8(ascii: "?") || $0 == $1 })
    }
}
