/// Scripts in one form: lines end in `\n`, tokens of headers are one space apart, one blank line stands between records
/// and none at the ends. SQL, results and comments stay as they are.
enum ScriptFormatter {
    static func normalised(_ script: Script, _ dialect: Dialect) -> [UInt8] {
        var format = Formatting(script, dialect)
        return format.run()
    }

    private struct Formatting {
        let script: Script
        let dialect: Dialect
        var lines: PlainLines
        var result: [UInt8] = []
        /// Whether a blank line stands before the next text.
        var isBlankPending = false

        init(_ script: Script, _ dialect: Dialect) {
            self.script = script
            self.dialect = dialect
            lines = PlainLines(script)
            result.reserveCapacity(script.count)
        }

        mutating func run() -> [UInt8] {
            while let line = lines.next() {
                let words = script.words(line)
                guard let first = words.first else {
                    isBlankPending = !result.isEmpty
                    continue
                }
                if script.base[line.start] == UInt8(ascii: "#") {
                    put(Array(script.buffer(line)))
                } else {
                    if mustNotBeFirst(line, words) { result.append(0x0A) }
                    // Without the space before it, `#` would start a comment.
                    put((first.utf8.first == UInt8(ascii: "#") ? [0x20] : []) + script.buffer(line).split(whereSeparator: ASCII.isSpace).joined(separator: [0x20]))
                    copyBody(first, words)
                }
            }
            return result
        }

        /// Whether this header, which only blank lines stand before, would mean something else on the file's first byte:
        /// see ``SQLiteParser``.
        private mutating func mustNotBeFirst(_ line: ByteRange, _ words: [String]) -> Bool {
            guard dialect == .sqlite, result.isEmpty, line.start > 0, let next = lines.peek(), !isBlank(next) else { return false }
            if words[0] == "query", words.count > 1 { return Array(words[1].utf8).withUnsafeBufferPointer { SQLiteRecord.unknownType(in: $0) } != nil }
            return words[0] == "hash-threshold"
        }

        private mutating func put(_ line: [UInt8]) {
            if isBlankPending { result.append(0x0A) }
            isBlankPending = false
            result += line
            // Of several carriage returns, all but the last belong to the text.
            if line.last == 0x0D { result.append(0x0D) }
            result.append(0x0A)
        }

        private func isBlank(_ line: ByteRange) -> Bool {
            dialect == .rs ? line.count <= 0 : script.buffer(line).allSatisfy(ASCII.isSpace)
        }

        /// Copies what belongs to a record below its header.
        private mutating func copyBody(_ first: String, _ words: [String]) {
            guard ["statement", "query", "system", "let"].contains(first) else { return }
            var isResult = false
            var isFirst = true
            while let line = lines.peek() {
                if isBlank(line), !(isFirst && dialect == .rs) {
                    guard isResult, dialect == .rs, hasLongResult(words) else { return }
                    _ = lines.next()
                    // Here only two blank lines are an end.
                    if lines.peek().map({ $0.count <= 0 }) ?? true {
                        result += [0x0A, 0x0A]
                        while let next = lines.peek(), script.buffer(next).allSatisfy(ASCII.isSpace) { _ = lines.next() }
                        return
                    }
                    put([])
                    continue
                }
                _ = lines.next()
                isFirst = false
                if !isResult, script.equals(line, "----"), first != "statement" || dialect == .rs { isResult = true }
                put(Array(script.buffer(line)))
            }
        }

        private func hasLongResult(_ words: [String]) -> Bool {
            words[0] == "system" || words[0] == "statement" || words.dropFirst().first == "error"
        }
    }
}
