import FoundationEssentials
import Glibc
import GRDB

/// The database as a file: opened, locked against a rebuild, and replaced in one step.
struct HistoryFile {
    /// Absolute.
    let path: String
    /// Seconds that other writers are waited for.
    var patience = 10.0

    private var lockPath: String { path + ".lock" }

    /// - Throws: ``HistoryFault``, or what `body` throws.
    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        guard let lock = HistoryLock(lockPath, alone: false, patience: patience) else { throw HistoryFault.locked }
        defer { withExtendedLifetime(lock) {} }
        guard access(path, F_OK) == 0 else { throw HistoryFault.missing }
        let queue = try open(readonly: true)
        return try queue.read { database in
            try check(database)
            guard try HistorySchema.migrator.hasCompletedMigrations(database) else { throw HistoryFault.damaged("it is empty or of an earlier release") }
            return try body(database)
        }
    }

    /// - Throws: ``HistoryFault`` `missing` when there is none, or what `body` throws, when nothing of it stays.
    func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
        guard let lock = HistoryLock(lockPath, alone: false, patience: patience) else { throw HistoryFault.locked }
        defer { withExtendedLifetime(lock) {} }
        guard access(path, F_OK) == 0 else { throw HistoryFault.missing }
        let queue = try open(readonly: false)
        try queue.read { try check($0) }
        try HistorySchema.migrator.migrate(queue)
        return try queue.write(body)
    }

    /// Makes a new database beside the old one, and puts it in its place when `body` has filled it.
    /// - Parameter body: gets the new database, outside of a transaction.
    func replace<Result>(_ body: (DatabaseQueue) throws -> Result) throws -> Result {
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let new = "\(path).new-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        defer { for suffix in ["", "-wal", "-shm", "-journal"] { unlink(new + suffix) } }
        let result = try fill(new, body)
        guard let lock = HistoryLock(lockPath, alone: true, patience: patience) else { throw HistoryFault.locked }
        defer { withExtendedLifetime(lock) {} }
        // What the old one's log has is not the new one's.
        for suffix in ["-wal", "-shm"] { unlink(path + suffix) }
        guard rename(new, path) == 0 else { throw HistoryFault.system("cannot replace it: \(FetchedFiles.reason(errno))") }
        return result
    }

    private func fill<Result>(_ path: String, _ body: (DatabaseQueue) throws -> Result) throws -> Result {
        var configuration = Self.configuration(patience)
        // Nothing is lost with a file that has not got its name yet.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536") }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try HistorySchema.migrator.migrate(queue)
        let result = try body(queue)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA journal_mode = WAL") }
        try queue.close()
        return result
    }

    private func open(readonly: Bool) throws -> DatabaseQueue {
        var configuration = Self.configuration(patience)
        configuration.readonly = readonly
        if !readonly { configuration.journalMode = .wal }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    private static func configuration(_ patience: Double) -> GRDB.Configuration {
        var configuration = GRDB.Configuration()
        configuration.busyMode = .timeout(patience)
        configuration.foreignKeysEnabled = false
        configuration.label = "history"
        return configuration
    }

    private func check(_ database: Database) throws {
        let id = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        guard id == 0 || id == HistorySchema.applicationID else { throw HistoryFault.foreign }
        if try HistorySchema.migrator.hasBeenSuperseded(database) { throw HistoryFault.newer }
    }
}
