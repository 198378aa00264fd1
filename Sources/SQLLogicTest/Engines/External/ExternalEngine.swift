import Platform

/// A program that runs SQL, one process for each connection. It is spoken to over its standard input and output in the JSON of
/// sqllogictest-rs (`ExternalDriver` of its crate sqllogictest-engines): `{"sql":"…"}` is answered by
/// `{"result":[["1","2"],["3","NULL"]]}` or `{"err":"…"}`.
///
/// Beside a result may stand `"types":["INTEGER","VARCHAR"]`, DuckDB's names for the types of the columns. Closing its input ends the
/// program. Conditions call it `external`.
public struct ExternalEngine: Engine {
    public let name = "external"
    /// A line for `bash -c`; `{db}`, `{mode}`, `{host}`, `{port}`, `{user}` and `{pass}` in it are replaced, quoted for the shell.
    public let template: String
    /// What `{host}` stands for.
    public var host = "localhost"
    /// What `{port}` stands for.
    public var port = "5432"
    /// What `{user}` stands for.
    public var user = ""
    /// What `{pass}` stands for.
    public var password = ""
    /// How long a process gets to end by itself once its input is closed, in seconds. It is killed then.
    public var shutdownTimeout = 2.0
    /// The folder in which the program starts, if not this process's own.
    public var workingDirectory: String?

    /// Whether results depend on nothing but the SQL of a script, so that it can be run in parts.
    public var isDeterministic = false

    let loss = ConnectionLoss()

    /// - Parameter template: the line that starts the program; see ``template``.
    public init(template: String) { self.template = template }

    /// How long ``check(afterLoss:)`` waits for a program that ends right after its start, in seconds.
    private static let startTime = 0.1

    /// Starts the program once: it must not fail before it is asked anything. After a loss it must also answer, whatever it says.
    public func check(afterLoss: Bool) throws(SQLLogicTestError) {
        let own = ConnectionLoss()
        guard let database = try makeDatabase(for: "check") as? ExternalDatabase else { return }
        let connection = try database.connect(own)
        // A program that has ended with success could be started.
        if let end = connection.end(within: Self.startTime), end != .exited(0) { throw Self.dead(end) }
        guard afterLoss else { return }
        let sql = Array("SELECT 1\0".utf8)
        _ = sql.withUnsafeBufferPointer { connection.execute(UnsafeBufferPointer(rebasing: $0.dropLast())) }
        if own.consume() { throw Self.dead(connection.end(within: 1) ?? .exited(0)) }
    }

    private static func dead(_ end: ProcessTermination) -> SQLLogicTestError {
        let how = switch end {
        case .exited(126): "it cannot be executed (exit code 126)"
        case .exited(127): "it is not there (exit code 127)"
        case .exited(let code): "it ended before it was asked anything (exit code \(code))"
        case .signaled: "it was ended by \(end.shown)"
        }
        return SQLLogicTestError(.engine, "cannot start the engine's program: \(how); check its command line")
    }

    public func consumeLoss() -> Bool { loss.consume() }

    public func makeDatabase(for file: String) throws(SQLLogicTestError) -> any EngineDatabase {
        guard !template.isEmpty else {
            throw SQLLogicTestError(.usage, "cannot start the engine's program: its command line is empty")
        }
        return ExternalDatabase(self, name: DatabaseName.make(for: file))
    }

    /// `{db}` is the path, `{mode}` is `readonly` or `readwrite`.
    public func openDatabase(at path: String, isReadOnly: Bool) throws(SQLLogicTestError) -> (any EngineDatabase)? {
        guard template.contains("{db}"), !isReadOnly || template.contains("{mode}") else { return nil }
        return ExternalDatabase(self, name: path, mode: isReadOnly ? "readonly" : "readwrite")
    }
}

/// A name that is handed to the program; what database it means is for the program to say.
final class ExternalDatabase: EngineDatabase {
    let name: String
    private let mode: String
    private let engine: ExternalEngine

    init(_ engine: ExternalEngine, name: String, mode: String = "readwrite") {
        self.engine = engine
        self.name = name
        self.mode = mode
    }

    func connect() throws(SQLLogicTestError) -> any EngineConnection { try connect(engine.loss) }

    func connect(_ loss: ConnectionLoss) throws(SQLLogicTestError) -> ExternalConnection {
        var command = engine.template
        let values = [("db", name), ("mode", mode), ("host", engine.host), ("port", engine.port), ("user", engine.user), ("pass", engine.password)]
        for (key, value) in values { command.replace("{\(key)}", with: ShellWord.quoted(value)) }
        if let folder = engine.workingDirectory { command = "cd -- \(ShellWord.quoted(folder)) || exit\n" + command }
        do throws(ShellCommand.Failure) {
            return ExternalConnection(try ShellCommand(Array(command.utf8), input: true, output: true),
                                      shutdownTimeout: engine.shutdownTimeout, loss: loss)
        } catch {
            throw SQLLogicTestError(.engine, "cannot start the engine: \(error.message)", isRetryable: true)
        }
    }
}

extension ExternalEngine: DiscerningEngine {
    var partsObstacle: String? { isDeterministic ? nil : "the engine is not declared deterministic" }
    var seesMeaning: Bool { false }
    var knowsTransactions: Bool { false }
}
