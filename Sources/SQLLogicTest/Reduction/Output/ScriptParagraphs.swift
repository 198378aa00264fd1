/// A file as paragraphs that can be left out one by one, whatever its dialect: lines between blank lines. Of a `statement` or `query` the SQL can be
/// changed as well; the rest of a paragraph stays as it is. A file of plain SQL has its statements as paragraphs.
package struct ScriptParagraphs {
    private struct Paragraph {
        /// Conditions and the header.
        var before: [UInt8]
        var sql: [UInt8]
        /// `----` and what is expected.
        var after: [UInt8]
    }

    private let paragraphs: [Int: Paragraph]
    private let isSQL: Bool

    /// All of them, with a last record that is none: anything may go.
    package let candidate: ReductionCandidate

    /// - Parameter isSQL: whether it is no script, but plain SQL.
    package init(_ bytes: [UInt8], isSQL: Bool) {
        self.isSQL = isSQL
        let list = isSQL ? SQLStatements.all(in: bytes).map { Paragraph(before: [], sql: $0, after: []) } : Self.paragraphs(bytes)
        paragraphs = Dictionary(uniqueKeysWithValues: list.enumerated().map { ($0.offset, $0.element) })
        candidate = ReductionCandidate(list.indices.map { ReductionRecord(.succeeds, list[$0].sql, line: $0) } + [ReductionRecord(.succeeds, [], line: list.count)])
    }

    private static func paragraphs(_ bytes: [UInt8]) -> [Paragraph] {
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        return lines.split { $0.allSatisfy(ASCII.isSpace) }.map { lines in
            let lines = Array(lines)
            guard let header = lines.firstIndex(where: { $0.starts(with: "statement".utf8) || $0.starts(with: "query".utf8) }) else {
                return Paragraph(before: text(lines[...]), sql: [], after: [])
            }
            let end = lines[(header + 1)...].firstIndex { $0.prefix { !ASCII.isSpace($0) }.elementsEqual("----".utf8) } ?? lines.count
            return Paragraph(before: text(lines[...header]), sql: Array(lines[(header + 1)..<end].joined(separator: [0x0A])), after: text(lines[end...]))
        }
    }

    private static func text(_ lines: ArraySlice<ArraySlice<UInt8>>) -> [UInt8] { lines.flatMap { $0 + [0x0A] } }

    /// What is left, as a file of the same kind.
    package func file(of candidate: ReductionCandidate) -> [UInt8] { isSQL ? sql(of: candidate) : script(of: candidate) }

    /// What is left, as a script.
    package func script(of candidate: ReductionCandidate) -> [UInt8] {
        let texts = candidate.records.dropLast().map { record -> [UInt8] in
            guard !isSQL, let paragraph = paragraphs[record.line] else { return Array("statement ok\n".utf8) + record.sql + [0x0A] }
            return paragraph.before + (record.sql.isEmpty ? [] : record.sql + [0x0A]) + paragraph.after
        }
        return Array(texts.joined(separator: [0x0A]))
    }

    /// The SQL that is left.
    package func sql(of candidate: ReductionCandidate) -> [UInt8] {
        candidate.records.flatMap { record in
            let sql = SQLPieces.trimmed(record.sql)
            return sql.isEmpty ? [] : sql + Array(";\n".utf8)
        }
    }
}

/// The statements of plain SQL.
package enum SQLStatements {
    /// Without their semicolons. Those within `BEGIN … END` of a trigger are part of it.
    package static func all(in sql: [UInt8]) -> [[UInt8]] {
        var found: [[UInt8]] = [], current: [UInt8] = []
        var words: [String] = [], isWanted = false
        var depth = 0
        func end() {
            if isWanted { found.append(SQLPieces.trimmed(Array(current.drop(while: ASCII.isSpace)))) }
            (current, words, isWanted, depth) = ([], [], false, 0)
        }
        sql.withUnsafeBufferPointer { buffer in
            var lexer = SQLLexer(buffer)
            while let (kind, bytes) = lexer.next() {
                if kind == .symbol, bytes.elementsEqual([UInt8(ascii: ";")]), depth == 0 {
                    end()
                    continue
                }
                current += bytes
                if kind != .blank { isWanted = true }
                guard kind == .word else { continue }
                let word = String(decoding: bytes.map(ASCII.lowercased), as: UTF8.self)
                if words.count < 3 { words.append(word) }
                guard words.first == "create", words.contains("trigger") else { continue }
                if word == "begin" || word == "case" { depth += 1 }
                if word == "end" { depth = max(0, depth - 1) }
            }
        }
        end()
        return found
    }
}

extension ReductionRecord {
    /// Its SQL, as it can be compared: without blanks at its ends, comments and a semicolon.
    package static func plain(_ record: ReductionRecord) -> [UInt8] { SQLPieces(record.sql).sql }
}
