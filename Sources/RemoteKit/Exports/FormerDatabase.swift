import FoundationEssentials
import Glibc
import GRDB
import Platform

/// The tables of the former scripts, as a SQLite file that anything can open.
public struct FormerDatabase: Sendable {
    private let history: RunHistory

    public init(_ history: RunHistory) { self.history = history }

    private static let tables: [(name: String, columns: [String])] = [
        ("test_files", ["file_path TEXT PRIMARY KEY", "category TEXT NOT NULL", "subcategory TEXT", "status TEXT NOT NULL", "last_tested TIMESTAMP", "last_passed TIMESTAMP"]),
        ("test_runs", ["run_id TEXT PRIMARY KEY", "started_at TIMESTAMP NOT NULL", "completed_at TIMESTAMP", "total_files INTEGER", "passed INTEGER", "failed INTEGER",
                       "untested INTEGER", "git_commit TEXT", "branch_name TEXT", "ci_run_id TEXT"]),
        ("test_results", ["result_id INTEGER PRIMARY KEY", "run_id TEXT NOT NULL", "file_path TEXT NOT NULL", "status TEXT NOT NULL", "tested_at TIMESTAMP NOT NULL",
                          "duration_ms INTEGER", "error_message TEXT"]),
    ]

    /// Writes a new file, and puts it in the place of one that is there when it is whole.
    /// - Throws: ``RemoteError``.
    public func write(_ suite: SuiteKey, to path: String) throws(RemoteError) {
        let new = "\(path).new-\(getpid())"
        do {
            defer { for suffix in ["", "-journal"] { unlink(new + suffix) } }
            try history.file.read { database in
                guard let id = try history.suite(suite, database) else { throw HistoryFault.missing }
                let target = try DatabaseQueue(path: new)
                try target.write { try Self.copy(database, suite: id, to: $0) }
                try target.close()
            }
            guard rename(new, path) == 0 else { throw HistoryFault.system(FetchedFiles.reason(errno)) }
        } catch {
            throw RemoteError(.usage, "cannot write \(SafeText.line(path, limit: 300)): \(HistoryFault(error).words)")
        }
    }

    private static func copy(_ database: Database, suite: Int, to target: Database) throws {
        for table in tables {
            guard let view = HistoryViews.all.first(where: { $0.name == table.name }) else { continue }
            try target.execute(sql: "CREATE TABLE \(table.name)(\(table.columns.joined(separator: ", ")))")
            var writer = try RowWriter(target, into: table.name, columns: table.columns.count)
            let condition = table.name == "test_files" ? "suite.id" : "run.suite_id"
            let rows = try Row.fetchCursor(database, sql: "\(view.select) AND \(condition) = ? ORDER BY 1", arguments: [suite])
            // The number of a result is the history's own; the former one was any number.
            var number = 0
            while let row = try rows.next() {
                number += 1
                for column in 0..<table.columns.count {
                    if column == 0, table.name == "test_results" {
                        writer.bind(number)
                        continue
                    }
                    switch (row[column] as DatabaseValue).storage {
                    case .null: writer.bind(nil as Int?)
                    case .int64(let value): writer.bind(Int(value))
                    case .double(let value): writer.bind(value)
                    case .string(let value): writer.bind(value)
                    case .blob: writer.bind(nil as Int?)
                    }
                }
                try writer.run()
            }
        }
    }
}
