/// Runs the beginning of a script of SQLite's dialect once more, for the rows behind hashes. It judges nothing: statements may fail as
/// they like, and whether rows are the expected ones is told by the hash alone, whatever engine made them.
///
/// Queries that nobody asks for are left out, unless they might change something.
package struct HashReplay: ~Copyable {
    private let script: Script
    /// Lines of the headers of the records whose rows are still sought.
    private var sought: Set<Int>
    private var sql = ByteBuffer()
    private var rows = ResultTable()
    private var sorted = ResultTable()
    private var sorter = ResultSorter()

    /// What conditions call SQLite.
    package static let sqlite = "sqlite"

    /// Whether the conditions of SQLite choose other records than those of the runs so far, up to where these ended. Where they do not, a run
    /// under them would find the same.
    package private(set) var isDivided = false

    /// - Parameter lines: of the headers of the queries whose rows are sought.
    package init(_ script: Script, lines: Set<Int>) {
        self.script = script
        sought = lines
    }

    /// Whether every record's rows were found.
    package var isDone: Bool { sought.isEmpty }

    /// Runs the script on a fresh database up to the last record that is sought.
    /// - Parameters:
    ///   - conditions: the engine that `skipif` and `onlyif` are taken to mean.
    ///   - onRows: takes the rows of each record whose hash is the expected one, in their order in the script.
    /// - Throws: ``SQLLogicTestError/Code/engine`` if there is no database to be had.
    package mutating func run(on engine: some Engine, conditions: String, onRows: (ReplayedRows) -> Void) throws(SQLLogicTestError) {
        guard let last = sought.max() else { return }
        let connection = try engine.makeDatabase(for: script.name).connectExclusively()
        let name = conditions.utf8.map(ASCII.lowercased), sqlite = Array(Self.sqlite.utf8)
        var parser = SQLiteParser(script)
        var record = SQLiteRecord()
        while parser.next(&record), record.line <= last {
            if !record.conditions.isEmpty {
                let isLeftOut = record.isLeftOut(for: name, in: script)
                if isLeftOut != record.isLeftOut(for: sqlite, in: script) { isDivided = true }
                if isLeftOut { continue }
            }
            switch record.kind {
            case .statement:
                readSQL(record)
                _ = connection.execute(sql.bytes)
            case .query:
                // A header without types ends the file.
                if record.tokens.1.isEmpty { return }
                query(record, connection, onRows)
            case .hashThreshold: break
            case .halt, .unknown: return
            }
        }
    }

    private mutating func query(_ record: borrowing SQLiteRecord, _ connection: any EngineConnection, _ onRows: (ReplayedRows) -> Void) {
        let types = script.buffer(record.tokens.1)
        guard SQLiteRecord.unknownType(in: types) == nil else { return }
        let isSought = sought.contains(record.line)
        readSQL(record)
        guard isSought || !isPlainSelect else { return }
        rows.removeAll()
        guard connection.query(sql.bytes, types: types, into: &rows) == .rows, isSought, !rows.isExhausted,
              let expected = record.expectedHash(in: script), expected.values == rows.count else { return }
        let mode = record.sortMode(in: script) ?? .nosort
        if mode != .nosort, rows.count > 1 {
            sorter.sort(rows, by: mode, into: &sorted)
            swap(&rows, &sorted)
        }
        guard !rows.isExhausted, ResultDigest.of(rows.bytes) == expected.digest else { return }
        sought.remove(record.line)
        let columns = mode == .valuesort ? 1 : types.count
        onRows(ReplayedRows(line: record.line, types: script.text(record.tokens.1), sortMode: mode, count: rows.count, values: kept(columns)))
    }

    private mutating func readSQL(_ record: borrowing SQLiteRecord) {
        record.sql.read(from: script, into: &sql)
        sql.terminate()
    }

    /// Bytes of a record's values that are kept; nobody reads more.
    private static let kept = 1 << 20

    private func kept(_ columns: Int) -> [String] {
        var values: [String] = []
        for row in stride(from: 0, to: rows.count, by: columns) {
            guard rows.offsets[min(row + columns, rows.count)] <= Self.kept else { break }
            for index in row..<min(row + columns, rows.count) { values.append(String(decoding: rows.value(index), as: UTF8.self)) }
        }
        return values
    }

    /// Whether the SQL begins with SELECT: such a query changes nothing.
    private var isPlainSelect: Bool { SQLToken.firstWord(of: sql.bytes) == "select" }
}
