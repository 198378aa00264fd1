/// Finds secrets in the words of a command line; a word may be a line of a shell itself.
package enum SecretWords {
    /// The words with ``Redaction/mark`` in the place of secrets.
    package static func redacted(_ words: [String]) -> [String] {
        var reader = Reader()
        return words.map { word in
            let bytes = Array(word.utf8), ranges = reader.ranges(in: bytes).map(\.range)
            return ranges.isEmpty ? word : String(decoding: Redaction.replacing(Redaction.merged(ranges), in: bytes), as: UTF8.self)
        }
    }

    /// The secrets, as they can be looked for elsewhere. What only may be one, such as `-pFOO` of a program that is not known, is not among them.
    package static func secrets(in words: [String]) -> [String] {
        var reader = Reader()
        return words.flatMap { word -> [String] in
            let bytes = Array(word.utf8)
            return reader.ranges(in: bytes).filter(\.isCertain).flatMap { found in
                // In a line of a shell a word ends at these, which in a list of words are part of it.
                let whole = bytes[found.range], word = whole.prefix { !";|&()<>".utf8.contains($0) }
                return [whole, word].map { String(decoding: $0, as: UTF8.self) }
            }
        }
    }

    private struct Found {
        var range: Range<Int>
        var isCertain: Bool
    }

    private struct Reader {
        /// Whether the word before says that this one is a secret.
        private var isAwaited = false
        /// Whether a program came that takes its password as `-pSECRET`.
        private var takesShort = false

        private static let short = ["mysql", "mysqldump", "mysqladmin", "mariadb", "mariadb-admin", "sshpass", "mongosh", "mongo"]

        mutating func ranges(in word: [UInt8]) -> [Found] {
            var found = SecretShapes.ranges(in: word).map { Found(range: $0, isCertain: true) }
            for piece in Self.pieces(of: word) { found += look(at: piece, in: word) }
            return found
        }

        private mutating func look(at piece: Range<Int>, in word: [UInt8]) -> [Found] {
            let text = Array(word[piece])
            defer {
                let name = String(decoding: text[(text.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)...], as: UTF8.self)
                if Self.short.contains(name) { takesShort = true }
            }
            guard text.first == UInt8(ascii: "-") else {
                defer { isAwaited = false }
                return isAwaited ? [Found(range: piece, isCertain: true)] : []
            }
            // `-password x`, as some programs take it, is not `-p` and `assword`.
            let isShort = text.starts(with: "-p".utf8) && !text.starts(with: "-pass".utf8)
            isAwaited = isShort ? text.count == 2 && takesShort : !text.contains(UInt8(ascii: "=")) && SecretName.isSecret(text)
            guard isShort, text.count > 2 else { return [] }
            let value = text.dropFirst(2)
            // A port.
            if value.count <= 5, value.allSatisfy({ (0x30...0x39).contains($0) }), !takesShort { return [] }
            return [Found(range: (piece.lowerBound + 2)..<piece.upperBound, isCertain: takesShort)]
        }

        /// The words of a word, without the quotes around them.
        private static func pieces(of word: [UInt8]) -> [Range<Int>] {
            guard word.contains(where: { $0 <= 0x20 }) else { return word.isEmpty ? [] : [word.startIndex..<word.endIndex] }
            var pieces: [Range<Int>] = []
            var index = 0
            while index < word.count {
                let byte = word[index]
                if byte <= 0x20 {
                    index += 1
                } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                    let end = word[(index + 1)...].firstIndex(of: byte) ?? word.count
                    pieces.append((index + 1)..<end)
                    index = end + 1
                } else {
                    let end = word[index...].firstIndex { $0 <= 0x20 } ?? word.count
                    pieces.append(index..<end)
                    index = end
                }
            }
            return pieces.filter { !$0.isEmpty }
        }
    }
}
