public import ArgumentParser
import Fleet
import Glibc
import Platform
public import SQLLogicTest

/// The engine that scripts are run on, and what they are written in.
struct EngineArguments: ParsableArguments {
    @Option(help: "Dialect of the files. rs is that of sqllogictest-rs.")
    var dialect = Dialect.sqlite

    @Option(help: "Engine: sqlite, postgres, postgres-extended or external.")
    var engine = "sqlite"

    @Option(help: ArgumentHelp("Use this shared library instead of the built-in SQLite.", valueName: "path"))
    var engineLibrary: String?

    @Option(help: ArgumentHelp("Keep SQLite's database in this file instead of in memory. Runs one file at a time.", valueName: "path"))
    var database: String?

    @Option(help: ArgumentHelp("Connection string for PostgreSQL, as for libpq. Default: PGHOST and the other PG variables.", valueName: "string"))
    var connection = ""

    @Option(help: ArgumentHelp("Command of the external engine, a line for bash. {db} stands for the database's name.", valueName: "line"))
    var engineCommand = ""

    @Option(help: "Name of the engine in skipif and onlyif.")
    var engineName: String?

    @Option(help: "A label that skipif and onlyif match in the rs dialect, and require in the duckdb dialect. May be repeated.")
    var label: [String] = []

    @Option(help: ArgumentHelp("Time limit of one statement, such as 500ms or 10s. It is ended, and the file goes on. 0: no limit.", valueName: "time"))
    var recordTimeout = "0"

    @Flag(help: "The databases of the external engine are still there when its program is started again, as after --record-timeout.")
    var persistent = false

    @Flag(help: "With --split on PostgreSQL or an external engine: results depend on nothing but the SQL of a file.")
    var deterministic = false

    @Flag(name: .customLong("no-system"), help: "Let files start no programs and open no other files: what tries is a failure. This is no sandbox.")
    var noSystem = false

    func validate() throws {
        guard ["sqlite", "postgres", "postgres-extended", "external"].contains(engine) else {
            throw ValidationError("--engine must be sqlite, postgres, postgres-extended or external, not '\(engine)'")
        }
        if engine == "external", engineCommand.isEmpty { throw ValidationError("--engine external needs --engine-command") }
        if Quantity.seconds(recordTimeout) == nil { throw ValidationError("--record-timeout must be a time such as 500ms, 10s or 0, not '\(recordTimeout)'") }
        if persistent, engine != "external" { throw ValidationError("--persistent goes with --engine external") }
        if engine != "sqlite", engineLibrary != nil || database != nil {
            throw ValidationError("--engine-library and --database go with --engine sqlite")
        }
    }

    /// How long one statement may take; nil is no limit.
    var recordLimit: RecordLimit? {
        Quantity.seconds(recordTimeout).flatMap { $0 > 0 ? RecordLimit(seconds: $0, isPersistent: persistent) : nil }
    }

    /// Whether it is the SQLite in this program.
    var isEmbedded: Bool { engine == "sqlite" && engineLibrary == nil }

    /// Where the program was started.
    static var folder: String? {
        guard let folder = getcwd(nil, 0) else { return nil }
        defer { free(folder) }
        return RawPath.text(UnsafeBufferPointer(start: folder, count: strlen(folder)).map { UInt8(bitPattern: $0) })
    }

    var choice: EngineChoice {
        var choice = EngineChoice(engine.hasPrefix("postgres") ? .postgres : engine == "external" ? .external : .sqlite)
        choice.library = engineLibrary
        choice.databaseFile = database.map { path in path.hasPrefix("/") ? path : Self.folder.map { "\($0)/\(path)" } ?? path }
        choice.workingDirectory = Self.folder
        choice.connection = connection
        choice.owner = ProcessMark.own
        choice.queryProtocol = engine == "postgres-extended" ? .extended : .simple
        choice.command = engineCommand
        choice.isDeterministic = deterministic
        choice.allowsSystem = !noSystem
        return choice
    }
}

extension Dialect: ExpressibleByArgument {}
