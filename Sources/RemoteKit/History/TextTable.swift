import Fleet
import GRDB
import GRDBSQLite

/// Texts that many rows share: messages and SQL recur in every run. A text's number is a hash of it, so that it is the same whatever was imported first.
final class TextTable {
    private let database: Database
    private let find: Statement
    private var insert: RowWriter
    private var known: [String: Int] = [:]
    private static let most = 100_000

    init(_ database: Database) throws {
        self.database = database
        find = try database.makeStatement(sql: "SELECT value FROM text WHERE id = ?")
        insert = try RowWriter(database, into: "text", columns: 2)
    }

    func id(_ text: String?) throws -> Int? { try text.map { try id($0) } }

    func id(_ text: String) throws -> Int {
        if let id = known[text] { return id }
        if known.count >= Self.most { known = [:] }
        var id = Int(StableHash.of(text.utf8, 0) & 0xFFFF_FFFF_FFFF)
        while true {
            guard let there = try String.fetchOne(find, arguments: [id]) else {
                insert.bind(id)
                insert.bind(text)
                try insert.run()
                break
            }
            if there == text { break }
            id += 1
        }
        known[text] = id
        return id
    }
}
