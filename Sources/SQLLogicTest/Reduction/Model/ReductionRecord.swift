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
}
