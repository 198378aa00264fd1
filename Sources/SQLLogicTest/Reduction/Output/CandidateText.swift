/// A candidate as a file, each record as it stands in the file that it comes from.
package struct CandidateText {
    package private(set) var bytes: [UInt8]
    /// The line in which each record begins, from 1.
    package private(set) var starts: [Int] = []

    /// - Parameter comments: lines above the records, without their `#`.
    package init(_ candidate: ReductionCandidate, comments: [String] = []) {
        bytes = Array(comments.map { "# \($0)\n" }.joined().utf8)
        var line = 1 + comments.count
        for record in candidate.records {
            let text = [0x0A] + (record.frame.map { record.text($0, lines: Self.lines) } ?? [])
            starts.append(line + 1)
            line += text.count { $0 == 0x0A }
            bytes += text
        }
    }

    /// The index of the record that a line belongs to.
    package func record(at line: Int) -> Int? { starts.lastIndex { $0 <= line } }

    /// SQL as lines of a script: none of them blank, none a mark of the script.
    private static func lines(_ sql: [UInt8]) -> [UInt8] {
        let lines = sql.split(separator: 0x0A)
        let isPlain = lines.allSatisfy { line in !line.allSatisfy(ASCII.isSpace) && !line.elementsEqual("----".utf8) }
        return isPlain ? Array(lines.joined(separator: [0x0A])) : SQLPieces(sql).sql
    }
}
