import Glibc

/// The database of the run, and its connections.
extension DuckRun {
    /// `load [PATH] [readonly|readwrite] [VERSION]`: goes on with the database at `PATH`, which is new unless it is only read.
    mutating func load(_ words: [String], _ record: DuckRecord, _ unsupported: Ending) throws(Ending) {
        guard words.count < 3 || ["readonly", "readwrite"].contains(words[2].lowercased()), words.count < 4 else { throw unsupported }
        isReadOnly = words.count > 2 && words[2].lowercased() == "readonly"
        databasePath = words.count > 1 ? absolute(words[1]) : nil
        if isReadOnly, let path = databasePath { try checkReadable(path, record) }
        connections = [:]
        if let path = databasePath, !isReadOnly {
            // What is there is removed, so it must lie in the test's own folder.
            guard let folder = try? testFolder.path(), path.hasPrefix(folder + "/"), !path.contains("/../") else { throw unsupported }
            database = Unopened()
            for suffix in ["", ".wal", "-journal", "-wal", "-shm"] { unlink(path + suffix) }
        }
        try open(record, unsupported)
    }

    /// A script that may not reach outside reads what lies beside it, and what it has made.
    private func checkReadable(_ path: String, _ record: DuckRecord) throws(Ending) {
        guard let ownFolder, !ownFolder.holds(path) else { return }
        if let folder = try? testFolder.path(), let resolved = RawPath.resolved(path), resolved.hasPrefix(RawPath.resolved(folder).map { $0 + "/" } ?? "//") { return }
        throw wrong(record, Refusal.message(outside: path))
    }

    /// Opens the same database again; one in memory is empty then.
    mutating func restart(_ record: DuckRecord) throws(Ending) {
        connections = [:]
        database = Unopened()
        try open(record, .unsupported("\(record.place.shown): restart is not supported"))
    }

    private mutating func open(_ record: DuckRecord, _ unsupported: Ending) throws(Ending) {
        var opened: (any EngineDatabase)?
        do throws(SQLLogicTestError) {
            if let databasePath {
                opened = try engine.openDatabase(at: databasePath, isReadOnly: isReadOnly)
                // If it cannot be opened, this record fails and no later one.
                if let opened { connections = ["": try opened.connect()] }
            } else {
                opened = try engine.makeDatabase(for: file)
            }
        } catch {
            throw wrong(record, error.message, .unexpectedError)
        }
        guard let opened else { throw unsupported }
        database = opened
    }

    mutating func reconnect(_ record: DuckRecord) throws(Ending) {
        do throws(SQLLogicTestError) {
            // The new connection first: a database in memory goes with its last one.
            let connection = try database.connect()
            connections = ["": connection]
        } catch {
            throw wrong(record, error.message, .unexpectedError)
        }
    }

    @inline(never)
    mutating func outcome(of sql: String, on name: String, _ record: DuckRecord) throws(Ending) -> StatementOutcome {
        if isRound, !name.isEmpty { throw wrong(record, "a connection with a name cannot be used in a concurrent loop") }
        let connection: any EngineConnection
        do throws(SQLLogicTestError) {
            if let known = connections[name] {
                connection = known
            } else {
                connection = try database.connect()
                connections[name] = connection
            }
        } catch {
            throw wrong(record, error.message, .unexpectedError)
        }
        rows.table.removeAll()
        defer { (notices, columnTypes) = (connection.notices, connection.columnTypes) }
        var text = Array(sql.utf8)
        if let refusal = text.withUnsafeBufferPointer({ options.refusal(of: $0) }) { throw failure(.script, record, sql, refusal) }
        text.append(0)
        let outcome = text.withUnsafeBufferPointer { connection.run(UnsafeBufferPointer(rebasing: $0.dropLast()), into: &rows.table) }
        if case .failed(let error) = outcome, let interruption = error.interruption {
            (notices, columnTypes) = (connection.notices, connection.columnTypes)
            throw timeout(error.message, interruption, record, sql)
        }
        return rows.table.isExhausted ? .failed(EngineFailure("out of memory")) : outcome
    }

    /// Stands for the database between the closing of one and the opening of another.
    private final class Unopened: EngineDatabase {
        let name = ""
        func connect() throws(SQLLogicTestError) -> any EngineConnection {
            throw SQLLogicTestError(.engine, "cannot connect: the script has closed its database")
        }
    }
}
