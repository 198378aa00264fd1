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
        try locked(alone: false) { try readUnlocked(body) }
    }

    /// For a reader with a connection of its own: the file is a history of this release, and stays where it is, while `body` runs.
    /// - Throws: ``HistoryFault``, or what `body` throws.
    func whileReadable<Result>(_ body: () throws -> Result) throws -> Result {
        try locked(alone: false) {
            do { try readUnlocked { _ in } } catch { throw HistoryFault(error) }
            return try body()
        }
    }

    /// - Throws: ``HistoryFault`` `missing` when there is none, or what `body` throws, when nothing of it stays.
    func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try locked(alone: false) {
            guard access(path, F_OK) == 0 else { throw HistoryFault.missing }
            let queue = try open(readonly: false)
            try queue.read { try check($0) }
            try HistorySchema.migrator.migrate(queue)
            return try queue.write(body)
        }
    }

    /// Makes a new database beside the old one, and puts it in its place when it is filled.
    /// - Parameters:
    ///   - body: fills the new database, outside of a transaction. Others go on with the old one.
    ///   - latest: brings what the old one has got since then. Nobody else has it now, so it is read with ``readUnlocked(_:)``.
    func replace(_ body: (DatabaseQueue) throws -> Void, latest: (DatabaseQueue) throws -> Void) throws {
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let new = "\(path)\(Self.newMark)\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        defer { for suffix in ["", "-wal", "-shm", "-journal"] { unlink(new + suffix) } }
        let queue = try open(new: new)
        try HistorySchema.migrator.migrate(queue)
        try body(queue)
        try locked(alone: true) {
            try latest(queue)
            try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA journal_mode = WAL") }
            try queue.close()
            // What the old one's log has is not the new one's.
            for suffix in ["-wal", "-shm"] { unlink(path + suffix) }
            guard rename(new, path) == 0 else { throw HistoryFault.system("cannot replace it: \(FetchedFiles.reason(errno))") }
        }
    }

    private static let newMark = ".new-"

    /// New databases, with their journals, whose makers were killed; absolute.
    var left: [String] {
        let folder = LocalPath.parent(path), start = LocalPath.lastPart(path) + Self.newMark
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { name in
            name.hasPrefix(start) && ReplacedFile.isGone(process: name.dropFirst(start.count).prefix { $0 != "-" })
        }.map { "\(folder)/\($0)" }
    }

    private func locked<Result>(alone: Bool, _ body: () throws -> Result) throws -> Result {
        guard let lock = HistoryLock(lockPath, alone: alone, patience: patience) else { throw HistoryFault.locked }
        return try withExtendedLifetime(lock) { try body() }
    }

    /// Reads under a lock that the caller has.
    func readUnlocked<Result>(_ body: (Database) throws -> Result) throws -> Result {
        guard access(path, F_OK) == 0 else { throw HistoryFault.missing }
        let queue = try open(readonly: true)
        return try queue.read { database in
            try check(database)
            guard try HistorySchema.migrator.hasCompletedMigrations(database) else { throw HistoryFault.damaged("it is empty or of an earlier release") }
            return try body(database)
        }
    }

    private func open(new path: String) throws -> DatabaseQueue {
        var configuration = Self.configuration(patience)
        // Nothing is lost with a file that has not got its name yet.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536") }
        return try DatabaseQueue(path: path, configuration: configuration)
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
