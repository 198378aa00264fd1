import AgentProtocol
import Fleet
import FoundationEssentials
import Glibc
import Platform
import SQLLogicTest

/// Where the database of a file that is run again stays.
struct KeptPlace {
    /// A file for it, where SQLite makes it; nil where it stays on its server.
    let file: String?
    /// Has the name of a database on a server, should the process that made it be ended.
    private let names: LocalBoard

    /// - Returns: nil where none is to stay.
    /// - Throws: `SQLLogicTestError` `usage` for an engine whose databases cannot stay.
    init?(_ request: DiagnosisRequest) throws(SQLLogicTestError) {
        guard case .reproduce(keepsDatabase: true) = request.task else { return nil }
        guard let names = LocalBoard(slots: 1) else { throw SQLLogicTestError(.engine, "cannot share memory: \(ErrorText.of())", isRetryable: true) }
        self.names = names
        switch request.engine.kind {
        case .sqlite: file = try Self.makeFolder() + "/database.sqlite"
        case .postgres: file = nil
        case .external, .command:
            throw SQLLogicTestError(.usage, "cannot keep the database: the engine is a program of its own, and its databases are its own affair")
        }
    }

    private static func makeFolder() throws(SQLLogicTestError) -> String {
        guard let folder = PrivateFolder.make("slt-database-") else { throw SQLLogicTestError(.unwritable, "cannot make a folder for the database in \(PrivateFolder.parent): \(ErrorText.of())") }
        return folder
    }

    /// Removes it.
    /// - Parameter engine: has it, where it is no file; nil before there is one.
    func remove(from engine: (any Engine)?) {
        if let file { try? FileManager.default.removeItem(atPath: String(file.dropLast("/database.sqlite".count))) }
        let name = names.database(0)
        if !name.isEmpty { engine?.discard(database: name) }
    }

    /// The engine, with databases that stay however the file ends.
    func staying(_ engine: any Engine) -> any Engine {
        guard var postgres = engine as? PostgresEngine else { return engine }
        postgres.keepsDatabases = true
        let names = names
        return ObservedEngine(postgres) { names.setDatabase(0, $0) }
    }

    /// Leaves it to whoever asked, once the file is over.
    /// - Returns: how it can be opened; nil if there is none.
    func handOver(_ result: FileResult, _ engine: any Engine) -> DiagnosisAnswer? {
        guard var left = left(result, engine) else { return nil }
        if let postgres = engine as? PostgresEngine {
            do throws(SQLLogicTestError) {
                let words = try postgres.abandon(names.database(0))
                left.note = left.note.map { "\(words); \($0)" } ?? words
            } catch {
                remove(from: engine)
                return .database(open: nil, note: "it is not kept: \(error.message)")
            }
        }
        return .database(open: left.open, note: left.note)
    }

    private func left(_ result: FileResult, _ engine: any Engine) -> LeftDatabase? {
        if let left = result.database { return left }
        let note = result.databaseProblem.map { "what a transaction had changed that the file left open is not in it: \($0)" } ?? "the process of the file was ended: what it had not committed is not in it"
        if let file { return access(file, F_OK) == 0 ? LeftDatabase(open: HeldDatabase.opening(file), note: note) : nil }
        let name = names.database(0)
        guard !name.isEmpty, let postgres = engine as? PostgresEngine, let open = try? postgres.opening(name) else { return nil }
        return LeftDatabase(open: open, note: note)
    }
}
