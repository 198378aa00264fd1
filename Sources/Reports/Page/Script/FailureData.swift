import Fleet
import Platform
import RemoteKit

/// The failures of one file as the page's script reads them.
struct FailureData {
    let file: ReportedFile
    let depth: FailureDepth

    /// The members of the file's object.
    /// - Parameter limit: bytes; `nil` is returned as soon as there would be more. The least depth always fits.
    func members(within limit: Int) -> [(String, ScriptValue)]? {
        let record = file.record
        var members: [(String, ScriptValue)] = [("t", .text(file.title))]
        if !file.extent.isEmpty { members.append(("e", .text(file.extent))) }
        if file.isKnown { members.append(("n", .number(1))) }
        let message = SafeText.line(record.message ?? "", limit: 500)
        if !message.isEmpty, !file.title.hasSuffix(message), record.failures.isEmpty, depth.blocks > 0 { members.append(("m", .text(message))) }
        if let line = record.stoppedAt { members.append(("s", .number(line))) }
        if record.attempt > 1 { members.append(("a", .number(record.attempt))) }
        var size = 0, written: [ScriptValue] = []
        for block in file.blocks.prefix(depth.blocks) {
            let (value, bytes) = self.block(block).writtenOut
            size += bytes
            guard size <= limit else { return nil }
            written.append(value)
        }
        if !written.isEmpty { members.append(("b", .list(written))) }
        // Further failures of the same records and their consequences stand with them.
        let left = file.blocks.count - written.count + file.unseen
        if left > 0 { members.append(("u", .number(left))) }
        if let output = record.output, depth.output > 0, !output.isEmpty, record.failures.isEmpty { members.append(("o", .text(tail(output)))) }
        return members
    }

    /// The end of what a program printed says why it ended.
    private func tail(_ output: String) -> String {
        let safe = SafeText.block(output)
        return safe.unicodeScalars.count <= depth.output ? safe : "…" + String(safe.unicodeScalars.suffix(depth.output))
    }

    private func cut(_ text: String) -> String {
        let safe = SafeText.block(text)
        return safe.unicodeScalars.count <= depth.statement ? safe : String(safe.unicodeScalars.prefix(depth.statement)) + "…"
    }

    private func block(_ block: FailureBlock) -> ScriptValue {
        var members: [(String, ScriptValue)] = [("l", .number(block.line)), ("t", .text(block.title)), ("k", .text(block.kind == .other ? "" : block.kind.words))]
        if let script = block.failure.script { members.append(("f", .text(SafeText.line(script, limit: 300)))) }
        if !block.notes.isEmpty { members.append(("h", .list(block.notes.map { .text($0) }))) }
        if !block.failure.sql.isEmpty { members.append(("s", .text(cut(block.failure.sql)))) }
        members += difference(block)
        if !block.consequences.isEmpty {
            members.append(("c", .list(block.consequences.prefix(depth.consequences).map { failure in
                .list([.number(failure.line), .text(SafeText.line(failure.message, limit: 200)), .text(Self.oneLine(failure.sql, limit: 160))])
            })))
            let left = block.consequences.count - min(block.consequences.count, depth.consequences)
            if left > 0 { members.append(("cu", .number(left))) }
        }
        return .object(members)
    }

    /// A statement in one line, blanks and line breaks as one space.
    static func oneLine(_ sql: String, limit: Int) -> String {
        SafeText.line(sql.split { $0 == " " || $0 == "\n" || $0 == "\t" || $0 == "\r\n" }.joined(separator: " "), limit: limit)
    }

    // MARK: comparisons

    private func difference(_ block: FailureBlock) -> [(String, ScriptValue)] {
        if let rows = block.rows {
            let what = rows.isValues ? "values" : "rows"
            if let difference = RowDifference(rows, most: depth.lines) { return table(difference, what) }
            let width = max(1, rows.columns), actual = rows.actual.prefix(depth.lines * width)
            let came = stride(from: 0, to: actual.count, by: width).map { Array(actual[$0..<min($0 + width, actual.count)]) }
            let left = max(rows.actualCount ?? 0, rows.actual.count) / width - came.count
            let lines = came.map { row($0, ".") }
            return lines.isEmpty ? [] : [("d", .list(lines)), ("w", .text("\(what) that came"))] + (left > 0 ? [("m", .text("and \(Human.count(left)) more \(what)"))] : [])
        }
        let all = ([block.failure] + block.others).filter { !$0.expected.isEmpty || !$0.actual.isEmpty }
        let expected = all.map(\.expected).joined(separator: "\n"), actual = all.map(\.actual).joined(separator: "\n")
        guard !all.isEmpty else { return [] }
        let split = { (text: String) in text.isEmpty ? [] : text.split(separator: "\n", omittingEmptySubsequences: false).map { [String($0)] } }
        return table(RowDifference(expected: split(expected), actual: split(actual), most: depth.lines), "lines")
    }

    private func table(_ difference: RowDifference, _ what: String) -> [(String, ScriptValue)] {
        guard !difference.lines.isEmpty else { return [] }
        var notes: [String] = []
        if difference.more > 0 { notes.append("and \(Human.count(difference.more, "line")) more") }
        if difference.expectedUnseen + difference.actualUnseen > 0 {
            notes.append("not kept: \(Human.count(difference.expectedUnseen)) expected \(what), \(Human.count(difference.actualUnseen)) that came")
        }
        return [("d", .list(difference.lines.map(line))), ("w", .text(what))] + (notes.isEmpty ? [] : [("m", .text(notes.joined(separator: "; ")))])
    }

    /// `["=", …]` for a row that both have, `["-", …]` and `["+", …]` for one of either, `["~", […], […], [columns]]` for one with other values, `["…", 12]` for rows left out, `[".", …]` for rows that came where the expected ones are not known.
    private func line(_ line: RowDifference.Line) -> ScriptValue {
        switch line {
        case .same(let values): row(values, "=")
        case .expected(let values): row(values, "-")
        case .actual(let values): row(values, "+")
        case .changed(let expected, let actual, let columns):
            .list([.text("~"), .list(expected.map(text)), .list(actual.map(text)), .list(columns.map { .number($0) })])
        case .omitted(let count): .list([.text("…"), .number(count)])
        }
    }

    private func row(_ values: [String], _ mark: String) -> ScriptValue { .list([.text(mark), .list(values.map(text))]) }

    private func text(_ value: String) -> ScriptValue { .text(SafeText.line(value, limit: depth.value)) }
}
