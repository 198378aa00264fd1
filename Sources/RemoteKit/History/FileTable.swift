import FoundationEssentials
import GRDB
import Platform

/// The numbers of a suite's files, by their names as they stand in records.
final class FileTable {
    private let suite: Int
    private var insert: RowWriter
    private var byPath: [String: Int] = [:]
    private var byName: [ArraySlice<UInt8>: Int] = [:]

    init(_ database: Database, suite: Int) throws {
        self.suite = suite
        insert = try RowWriter(database, "INSERT INTO file(suite_id, path, category, subcategory) VALUES (?, ?, ?, ?)")
        let rows = try Row.fetchCursor(database, sql: "SELECT path, id FROM file WHERE suite_id = ?", arguments: [suite])
        while let row = try rows.next() { byPath[row[0]] = row[1] }
    }

    /// - Parameter name: a string of JSON, without its quotes.
    func id(name: ArraySlice<UInt8>) throws -> Int {
        if let id = byName[name] { return id }
        let id = try id(path: Self.path(name))
        // A slice would keep its whole line.
        byName[ArraySlice(Array(name))] = id
        return id
    }

    /// - Parameter path: as a checked record has it.
    func id(path: String) throws -> Int {
        if let id = byPath[path] { return id }
        let category = SuiteCategory(path)
        insert.bind(suite)
        insert.bind(path)
        insert.bind(category.name)
        insert.bind(category.sub)
        try insert.run()
        byPath[path] = insert.lastRowID
        return insert.lastRowID
    }

    /// What `Untrusted<FileRecord>` makes of the name.
    private static func path(_ name: ArraySlice<UInt8>) -> String {
        let isPlain = !name.contains(UInt8(ascii: "\\"))
        let text = isPlain ? String(decoding: name, as: UTF8.self)
            : (try? JSONDecoder().decode([String].self, from: Data(Array("[\"".utf8) + name + Array("\"]".utf8))))?.first ?? String(decoding: name, as: UTF8.self)
        return SafeText.line(text, limit: 4096)
    }
}
