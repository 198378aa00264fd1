import Fleet
import GRDB

/// Counts the failures of a run.
struct FailureGrouping {
    private let grouping: RunHistory.Grouping
    private var groups: [String: RunHistory.FailureGroup] = [:]
    private var files: [String: Set<Int>] = [:]

    init(_ grouping: RunHistory.Grouping) { self.grouping = grouping }

    mutating func read(_ database: Database, run: Int) throws {
        let rows = try Row.fetchCursor(database, sql: """
            SELECT x.file_id, file.path, file.category, x.outcome, own.value, f.line, f.kind, f.caused_by, t.value, f.record_line, x.iteration
            FROM result x JOIN file ON file.id = x.file_id LEFT JOIN text own ON own.id = x.message_id
            LEFT JOIN failure f ON f.run_id = x.run_id AND f.file_id = x.file_id AND f.iteration = x.iteration LEFT JOIN text t ON t.id = f.message_id
            WHERE x.run_id = ? AND x.outcome IN (\(HistorySchema.failures)) ORDER BY file.path, x.iteration, f.number
            """, arguments: [run])
        var ended: Set<Int> = []
        var last: [Int] = []
        while let row = try rows.next() {
            let file: Int = row[0], outcome = Outcome(code: row[3]) ?? .fail
            // A file that did not get to its end is a failure of its own, beside those of its records.
            if outcome != .fail, ended.insert(file).inserted {
                add(file, row[1], row[2], outcome, line: nil, kind: outcome.rawValue, isConsequence: false, message: row[4] ?? outcome.word)
            }
            if let message: String = row[8] {
                // The dialect of SQLite's own runner has a failure for each wrong value of a record; they stand together.
                if let line: Int = row[9] {
                    let record: [Int] = [file, row[10], line]
                    if record == last { continue }
                    last = record
                }
                add(file, row[1], row[2], outcome, line: row[5], kind: row[6] ?? FailureKind.other.rawValue, isConsequence: row[7] != nil, message: message)
            } else if outcome == .fail {
                add(file, row[1], row[2], outcome, line: nil, kind: FailureKind.other.rawValue, isConsequence: false, message: row[4] ?? outcome.word)
            }
        }
    }

    private mutating func add(_ file: Int, _ path: String, _ category: String, _ outcome: Outcome, line: Int?, kind: String, isConsequence: Bool, message: String) {
        let key = switch grouping {
        case .file: path
        case .category: category
        case .message: MessageShape.of(message)
        case .kind: kind
        }
        // What follows from another failure has no cause of its own to be counted by.
        let place = line.map { "\(path):\($0)" } ?? path
        var group = groups[key] ?? .init(key: key, files: 0, failures: 0, consequences: 0, total: nil, outcome: grouping == .file ? outcome : nil, example: place, message: message)
        if isConsequence { group.consequences += 1 } else { group.failures += 1 }
        groups[key] = group
        files[key, default: []].insert(file)
    }

    func result(_ database: Database, run: Int) throws -> [RunHistory.FailureGroup] {
        var totals: [String: Int] = [:]
        if grouping == .category {
            let rows = try Row.fetchCursor(database, sql: """
                SELECT file.category, count(DISTINCT x.file_id) FROM result x JOIN file ON file.id = x.file_id WHERE x.run_id = ? GROUP BY file.category
                """, arguments: [run])
            while let row = try rows.next() { totals[row[0]] = row[1] }
        }
        return groups.values.map { group in
            var group = group
            group.files = files[group.key]?.count ?? 0
            group.total = totals[group.key]
            return group
        }.sorted { ($0.failures, $0.files, $1.key) > ($1.failures, $1.files, $0.key) }
    }
}
