/// Looks for words in SQL, outside of quotes and comments.
package enum SQLWords {
    /// Whether one of `words`, in lower case, stands in it.
    package static func names(_ words: Set<String>, in sql: UnsafeBufferPointer<UInt8>) -> Bool {
        SQLToken.all(in: sql).contains { $0.kind == .word && words.contains($0.text) }
    }
}
