/// A program that runs SQL, one process a connection, spoken to in sqllogictest-rs's JSON over its standard input and
/// output: `{"sql":"…"}` is answered by `{"result":[["1","2"],…]}` or `{"err":"…"}`. Closing its input ends it.
public struct ExternalEngine: Engine {
    public let name = "external"
    /// A line for `bash -c`; `{db}`, `{mode}`, `{host}`, `{port}`, `{user}` and `{pass}` in it are replaced, quoted for the shell.
    public let template: String
    public var host = "localhost"
    public var port = "5432"
    public var user = ""
    public var password = ""
    /// How long a process gets to end once its input is closed, in seconds.
    public var shutdownTimeout = 2.0
    /// The folder in which the program starts, if not this process's own.
    public var workingDirectory: String?

    public init(template: String) { self.template = template }

    public func open(file: String) throws(SQLLogicTestError) -> any EngineDatabase {
        guard !template.isEmpty else {
            throw SQLLogicTestError(.usage, "cannot start the engine: there is no command; set --engine-command or engine.command")
        }
        return ExternalDatabase(self, name: DatabaseName.make(for: file))
    }

    /// `{db}` is the path, `{mode}` is `readonly` or `readwrite`.
    public func open(path: String, isReadOnly: Bool) throws(SQLLogicTestError) -> (any EngineDatabase)? {
        guard template.contains("{db}"), !isReadOnly || template.contains("{mode}") else { return nil }
        return ExternalDatabase(self, name: path, mode: isReadOnly ? "readonly" : "readwrite")
    }
}

/// A name in place of a database: what is behind it is the program's business.
final class ExternalDatabase: EngineDatabase {
    let name: String
    private let mode: String
    private let engine: ExternalEngine

    init(_ engine: ExternalEngine, name: String, mode: String = "readwrite") {
        self.engine = engine
        self.name = name
        self.mode = mode
    }

    func connect() throws(SQLLogicTestError) -> any EngineConnection {
        var command = engine.template
        let values = [("db", name), ("mode", mode), ("host", engine.host), ("port", engine.port), ("user", engine.user), ("pass", engine.password)]
        for (key, value) in values { command.replace("{\(key)}", with: ShellWord.quoted(value)) }
        if let folder = engine.workingDirectory { command = "cd -- \(ShellWord.quoted(folder)) || exit\n" + command }
        do throws(EngineFailure) {
            return ExternalConnection(try ChildProcess(command: Array(command.utf8), input: true, output: true),
                                      shutdownTimeout: engine.shutdownTimeout)
        } catch {
            throw SQLLogicTestError(.engine, "cannot start the engine: \(error.message)", isRetryable: true)
        }
    }
}
