import Fleet
import SQLLogicTest

extension FailureRows {
    /// Rows of a record as the runner kept them.
    init(_ rows: RecordRows) {
        self.init(recordLine: rows.recordLine, columns: rows.columns, isValues: rows.isValues, expected: rows.expected, actual: rows.actual)
        script = rows.script
        identity = rows.identity.map(RecordIdentity.init)
        if rows.actual.count < rows.actualCount { actualCount = rows.actualCount }
        if let expected = rows.expected, expected.count < rows.expectedCount { expectedCount = rows.expectedCount }
    }

    /// Whether its expected rows are not known, and nobody has said why.
    var isUnexplained: Bool { expected == nil && unknown == nil }

    func unexplained(_ reason: String) -> FailureRows {
        var copy = self
        if isUnexplained { copy.unknown = reason }
        return copy
    }

    /// - Parameter engine: `sqlite 3.40.1`
    func explained(by rows: ReplayedRows, of engine: String) -> FailureRows {
        var copy = self
        copy.columns = rows.columns
        copy.isValues = rows.isValues
        copy.expected = rows.values
        if rows.count > rows.values.count { copy.expectedCount = rows.count }
        copy.provenBy = engine
        if actualCount == nil, let judged = rows.judged(actual: actual) {
            copy.kind = FailureKind(judged.category)
            copy.ulps = judged.ulps
        }
        return copy
    }
}
