/// A record that is left in a file that is made smaller: one that runs on the engine under test, with what has to come of it.
package struct ReductionRecord: Sendable, Hashable {
    /// What must come of the SQL.
    package enum Kind: Sendable, Hashable {
        /// It succeeds.
        case succeeds
        /// It is refused.
        case fails
        /// It gives rows: the type letters, and the order in which they are compared.
        case query(types: [UInt8], sortMode: SortMode)
    }

    package var kind: Kind
    package var sql: [UInt8]
    /// The line of its header in the file that it comes from.
    package var line: Int
    /// What stands around the SQL; nil where the record is written anew.
    package var frame: Frame?

    /// The text of a record that is run as it stands in its file, without its SQL. One without SQL, such as a loop, is all ``head``.
    package struct Frame: Sendable, Hashable {
        /// The conditions and the header, whole lines.
        package var head: [UInt8]
        /// The type letters in the header.
        package var types: [UInt8]
        /// From the `----` on, whole lines.
        package var tail: [UInt8]

        /// Each parameter is the property of the same name.
        package init(head: [UInt8], types: [UInt8] = [], tail: [UInt8] = []) {
            self.head = head
            self.types = types
            self.tail = tail
        }
    }

    package init(_ kind: Kind, _ sql: [UInt8], line: Int) {
        self.kind = kind
        self.sql = sql
        self.line = line
    }

    /// Whether it asks for rows.
    package var isQuery: Bool {
        if case .query = kind { return true }
        return false
    }

    /// About how much there is of it.
    var weight: Int { max(sql.count, frame.map { $0.head.count + $0.tail.count / 8 } ?? 0) + 16 }

    /// The record as it stands in a file, in whole lines.
    /// - Parameter lines: makes whole lines of SQL that was changed.
    func text(_ frame: Frame, lines: ([UInt8]) -> [UInt8]) -> [UInt8] {
        sql.isEmpty ? frame.head : head(frame) + lines(sql) + [0x0A] + frame.tail
    }

    /// A column that is left out of the result is left out of the header.
    private func head(_ frame: Frame) -> [UInt8] {
        guard case .query(let types, _) = kind, types != frame.types, !frame.types.isEmpty, let header = frame.head.range(ofLast: Array("query ".utf8) + frame.types) else { return frame.head }
        return frame.head[..<header.lowerBound] + Array("query ".utf8) + types + frame.head[header.upperBound...]
    }
}

extension [UInt8] {
    fileprivate func range(ofLast part: [UInt8]) -> Range<Int>? {
        guard count >= part.count else { return nil }
        return stride(from: count - part.count, through: 0, by: -1).first { self[$0..<($0 + part.count)].elementsEqual(part) }.map { $0..<($0 + part.count) }
    }
}
