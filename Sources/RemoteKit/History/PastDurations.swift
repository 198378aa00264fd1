import GRDB

/// What files took in the latest full runs in which they had a verdict.
struct PastDurations {
    /// Runs that are looked at.
    static let most = 20

    private let statement: Statement
    private let suite: Int
    private let before: String

    /// - Parameter before: a run's name; that run and later ones are left out.
    init(_ database: Database, suite: Int, before: String) throws {
        (self.suite, self.before) = (suite, before)
        statement = try database.makeStatement(sql: """
            SELECT x.duration_us / 1e6, x.cpu_us / 1e6 FROM run r CROSS JOIN result x ON x.run_id = r.id AND x.file_id = ?
            WHERE r.suite_id = ? AND r.is_full = 1 AND r.name < ? AND x.outcome IN (\(HistorySchema.verdicts)) ORDER BY r.name DESC LIMIT \(Self.most)
            """)
    }

    /// Wall-clock and CPU seconds, latest first.
    func of(_ file: Int) throws -> (wall: [Double], cpu: [Double]) {
        var wall: [Double] = [], cpu: [Double] = []
        let rows = try Row.fetchCursor(statement, arguments: [file, suite, before])
        while let row = try rows.next() {
            wall.append(row[0])
            if let seconds: Double = row[1] { cpu.append(seconds) }
        }
        return (wall, cpu)
    }
}
