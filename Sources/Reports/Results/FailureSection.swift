import Fleet
import Platform

/// Files that failed, as lines of text: each with its past, its first failures with SQL and rows, and what followed from them.
struct FailureSection {
    /// How much of it is shown.
    struct Extent: Sendable, Equatable {
        /// Files that are named.
        var files: Int
        /// Records that are shown, in all; each named file has its first one at least.
        var records: Int
        /// Lines of SQL and rows, in all; a record that does not fit is named only.
        var lines: Int
        /// Lines of the SQL, and of the rows, of one record.
        var sql: Int
        var rows: Int
        /// Consequences that are named under their cause.
        var consequences: Int

        /// What ends a run: enough to know what broke, on a page or two.
        static let brief = Extent(files: 30, records: 10, lines: 50, sql: 2, rows: 8, consequences: 0)
        static let whole = Extent(files: .max, records: .max, lines: .max, sql: 200, rows: 200, consequences: 20)
    }

    let files: [ReportedFile]
    /// Files that failed, those included that are not among ``files``.
    let total: Int
    var upwards = ""
    var extent = Extent.brief
    /// The command that shows all of them.
    let all: String
    var noun = "failing file"

    func lines(_ style: Style, now: Double) -> [String] {
        guard !files.isEmpty else { return [] }
        var lines = [Human.count(max(total, files.count), noun) + ":"]
        var records = extent.records, details = extent.lines
        for file in files.prefix(extent.files) {
            lines.append(head(file, style, now))
            let blocks = file.blocks.prefix(max(0, records))
            for (index, block) in blocks.enumerated() {
                if index > 0 { lines.append("  " + style.paint(upwards + file.place(of: block), .bold) + ": " + style.paint(block.title, .red)) }
                let body = body(block, of: file, style)
                records -= 1
                guard body.count <= details else { continue }
                details -= body.count
                lines += body
            }
            if file.blocks.isEmpty { output(file, &details, &lines) }
            let hidden = max(0, file.own - max(1, blocks.count))
            lines += database(file, style)
            if hidden > 0, blocks.count > 0, extent != .whole || file.unseen > 0 { lines.append("      … and \(Human.count(hidden, "more record")) of this file") }
        }
        let left = max(total, files.count) - min(files.count, extent.files)
        if left > 0 { lines.append("  … and \(Human.count(left)) more; all of them: \(all)") }
        else if extent != .whole { lines.append("  in full: \(all)") }
        return lines
    }

    // MARK: parts

    /// `  test/a.test:12: wrong rows; 3 records and 2 consequences (new)`
    private func head(_ file: ReportedFile, _ style: Style, _ now: Double) -> String {
        let extent = file.extent.isEmpty ? "" : "; " + file.extent
        let past = file.past.map { style.paint(" (\($0.words(now: now)))", .dim) } ?? ""
        return "  " + style.paint(upwards + file.place, .bold) + ": " + style.paint(file.title, .red) + extent + past
    }

    private func body(_ block: FailureBlock, of file: ReportedFile, _ style: Style) -> [String] {
        var inner = style
        inner.width = max(20, style.width - 6)
        var lines = SafeText.lines(block.failure.sql, limit: extent.sql, width: max(20, style.width - 16)).enumerated().map {
            Columns.left($0.offset == 0 ? "sql" : "", 10) + $0.element
        }
        lines += block.difference(inner, most: extent.rows)
        lines += block.notes.map { style.paint($0, .dim) }
        if !block.consequences.isEmpty {
            let shown = block.consequences.prefix(extent.consequences)
            lines.append(style.paint("followed by \(Human.count(block.consequences.count, "consequence"))" + (shown.isEmpty ? "" : ":"), .dim))
            lines += shown.map { style.paint("  \(block.line(of: $0, in: file.record.file)): \(SafeText.line($0.message, limit: 200))", .dim) }
            let left = block.consequences.count - shown.count
            if left > 0, !shown.isEmpty { lines.append(style.paint("  … and \(Human.count(left)) more", .dim)) }
        }
        return lines.map { "      " + $0 }
    }

    /// Where its database is, or why it is not there.
    private func database(_ file: ReportedFile, _ style: Style) -> [String] {
        guard let kept = file.record.database else { return [] }
        var lines: [String] = []
        if let open = kept.open { lines.append("      " + Columns.left("database", 10) + SafeText.line(open, limit: 1000)) }
        if let note = kept.note { lines.append("      " + style.paint(Columns.left(kept.open == nil ? "database" : "", 10) + (kept.open == nil ? "not kept: " : "") + SafeText.line(note, limit: 300), .dim)) }
        // Beyond the first ones the summary counts them.
        return kept.open == nil && extent != .whole ? [] : lines
    }

    /// Of a file without a failing record: what its program printed last.
    private func output(_ file: ReportedFile, _ details: inout Int, _ lines: inout [String]) {
        guard let output = file.record.output else { return }
        let most = extent == .whole ? 200 : 5
        let all = SafeText.lines(output, limit: .max, width: 200)
        let shown = all.suffix(most)
        guard shown.count <= details else { return }
        details -= shown.count
        lines += shown.enumerated().map { "      " + Columns.left($0.offset == 0 ? "output" : "", 10) + $0.element }
    }
}
