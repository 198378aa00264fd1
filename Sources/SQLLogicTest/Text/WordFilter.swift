/// Says at little cost that none of some words is in a text. Where it says that one may be, the text has to be looked at.
struct WordFilter: Sendable {
    /// By first and last letter, the lengths of words as bits.
    private var lengths = [UInt32](repeating: 0, count: 1024)

    /// - Parameter words: in lower case, shorter than 32 bytes.
    init(_ words: some Sequence<String>) {
        for word in words {
            let bytes = Array(word.utf8)
            guard let first = bytes.first, let last = bytes.last else { continue }
            lengths[Self.slot(first, last)] |= 1 << UInt32(min(bytes.count, 31))
        }
    }

    private static func slot(_ first: UInt8, _ last: UInt8) -> Int { Int(first & 31) << 5 | Int(last & 31) }

    /// Whatever quotes and comments there are.
    func mayFind(in text: UnsafeBufferPointer<UInt8>) -> Bool {
        var start = -1
        return lengths.withUnsafeBufferPointer { lengths in
            for at in 0...text.count {
                // A byte beyond ASCII ends a word, so that a mark before one does not hide it.
                if at < text.count, text[at] < 0x80, SQLLexer.isWordByte(text[at]) {
                    if start < 0 { start = at }
                    continue
                }
                guard start >= 0 else { continue }
                let count = at - start
                if count < 32, lengths[Self.slot(text[start], text[at - 1])] & (1 << UInt32(count)) != 0 { return true }
                start = -1
            }
            return false
        }
    }
}
