/// A program that runs SQL, one process a connection, spoken to in sqllogictest-rs's JSON over its standard input and
/// output: `{"sql":"…"}` is answered by `{"result":[["1","2"],…]}` or `{"err":"…"}`. Closing its input ends it.
public struct ExternalEngine: Engine {
    public let name = "external"
    /// A line for `bash -c`; `{db}`, `{host}`, `{port}`, `{user}` and `{pass}` in it are replaced, quoted for the shell.
    public let template: String
    public var host = "localhost"
    public var port = "5432"
    public var user = ""
    public var password = ""
    /// How long a process gets to end once its input is closed, in seconds.
    public var shutdownTimeout = 2.0

    public init(template: String) { self.template = template }

    public func open(file: String) throws(SQLLogicTestError) -> any EngineDatabase {
        guard !template.isEmpty else {
            throw SQLLogicTestError(.usage, "cannot start the engine: there is no command; set --engine-command or engine.command")
        }
        return ExternalDatabase(self, name: DatabaseName.make(for: file))
    }
}

/// A name in place of a database: what is behind it is the program's business.
final class ExternalDatabase: EngineDatabase {
    let name: String
    private let engine: ExternalEngine

    init(_ engine: ExternalEngine, name: String) {
        self.engine = engine
        self.name = name
    }

    func connect() throws(SQLLogicTestError) -> any EngineConnection {
        var command = engine.template
        let values = [("db", name), ("host", engine.host), ("port", engine.port), ("user", engine.user), ("pass", engine.password)]
        for (key, value) in values { command.replace("{\(key)}", with: Self.quoted(value)) }
        do throws(EngineFailure) {
            return ExternalConnection(try ChildProcess(command: Array(command.utf8), input: true, output: true),
                                      shutdownTimeout: engine.shutdownTimeout)
        } catch {
            throw SQLLogicTestError(.engine, "cannot start the engine: \(error.message)", isRetryable: true)
        }
    }

    /// Plain words stay as they are, so that they can stand within quotes of the template's own.
    private static func quoted(_ value: String) -> String {
        let isPlain = value.utf8.allSatisfy { byte in
            (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || "_-./:@".utf8.contains(byte)
        }
        return isPlain ? value : "'" + value.replacing("'", with: "'\\''") + "'"
    }
}
