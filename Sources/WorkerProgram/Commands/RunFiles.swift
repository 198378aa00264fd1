public import ArgumentParser
import Fleet
import Glibc
import Platform
public import SQLLogicTest

struct RunFiles: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run SQLLogicTest files, each on a fresh database.",
        discussion: "Exit codes: 0 all passed; 1 tests failed; 2 a file cannot be read or a setting is wrong; 6 the engine cannot be started; 64 wrong arguments.")

    @Argument(help: "The test files.", completion: .file(extensions: ["test", "slt"]))
    var files: [String]

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

    @Option(name: [.customShort("j", allowingJoined: true), .long], help: "Number of files to run at once, each in its own process.")
    var jobs = 1

    @Option(help: ArgumentHelp("Time limit of one file, such as 90s or 5m. 0: no limit.", valueName: "time"))
    var fileTimeout = "5m"

    @Option(help: ArgumentHelp("Memory limit of one file, such as 512M or 4G. 0: no limit.", valueName: "size"))
    var memory = "4G"

    @Flag(help: "Start no more files after the first failure.")
    var failFast = false

    @Flag(help: "Stop each file at its first error.")
    var halt = false

    @Option(name: .customLong("ht"), help: "Hash threshold: compare larger results as a hash, whatever the files say. 0: never.")
    var hashThreshold: Int?

    @Flag(help: "Print one JSON object per file.")
    var json = false

    @Option(help: ArgumentHelp("Also write a JUnit report to this file.", valueName: "file"))
    var junit: String?

    @Option(help: "Whether to colour the report.")
    var color = ColorChoice.auto

    @Flag(help: "Rewrite the expected results in the files with what the engine returns. Changes nothing else.")
    var record = false

    @Flag(help: "Only reformat the files: headers, blank lines and line ends. Runs nothing.")
    var format = false

    enum ColorChoice: String, ExpressibleByArgument, CaseIterable { case auto, always, never }

    func validate() throws {
        if files.isEmpty { throw ValidationError("name at least one file") }
        if jobs < 1 || jobs > 1024 { throw ValidationError("--jobs must be from 1 to 1024") }
        guard ["sqlite", "postgres", "postgres-extended", "external"].contains(engine) else {
            throw ValidationError("--engine must be sqlite, postgres, postgres-extended or external, not '\(engine)'")
        }
        if engine == "external", engineCommand.isEmpty { throw ValidationError("--engine external needs --engine-command") }
        if engine != "sqlite", engineLibrary != nil || database != nil {
            throw ValidationError("--engine-library and --database go with --engine sqlite")
        }
        if seconds == nil { throw ValidationError("--file-timeout must be a time such as 90s, 5m or 0, not '\(fileTimeout)'") }
        if bytes == nil { throw ValidationError("--memory must be a size of at least 16M, such as 512M or 4G, or 0, not '\(memory)'") }
        if let hashThreshold, hashThreshold < 0 { throw ValidationError("--ht must be 0 or more") }
        if record, format { throw ValidationError("--record and --format exclude each other; choose one") }
        if dialect == .duckdb, record || format { throw ValidationError("--record and --format do not support the duckdb dialect") }
    }

    func run() throws {
        if format { throw ExitCode(FormatCommand(files: files, dialect: dialect).run { write($0, to: 2) }) }
        var command = RunCommand(files: files)
        command.json = json
        command.failFast = failFast
        command.junit = junit
        command.records = record
        command.isColoured = isColoured
        command.options.dialect = dialect
        command.options.labels = label
        command.options.haltOnError = halt
        command.options.hashThreshold = hashThreshold
        command.options.engineName = engineName
        var pool: LocalPool
        do {
            if choice.needsLibraries { try OwnProgram.loadLibraries() }
            pool = try makePool(command)
            try pool.work.engine.check(afterLoss: false)
        } catch let error where error.code == .engine {
            write("slt-worker: \(error)\n", to: 2)
            throw ExitCode(6)
        } catch {
            write("slt-worker: \(error)\n", to: 2)
            throw ExitCode(2)
        }
        let code = command.run(in: &pool, output: { write($0, to: 1, colours: isColoured && !json) }, diagnostics: { write($0, to: 2) })
        // A signal has its effect once the results that there are have been told.
        PendingSignal.pass()
        throw ExitCode(code)
    }

    private func makePool(_ command: RunCommand) throws(SQLLogicTestError) -> LocalPool {
        // One thread in a process: SQLite needs no locks, which cost a fifth of its time.
        let made = try choice.make(threading: .single)
        // What runs that were killed have left on the server.
        (made as? PostgresEngine)?.dropOrphans { ProcessMark.isOver($0) }
        var work = command.work(on: made)
        work.folder = Self.folder
        work.options.workingDirectory = Self.folder
        var pool = try LocalPool(work, jobs: database == nil ? jobs : 1)
        pool.fileTimeout = seconds.flatMap { $0 > 0 ? $0 : nil }
        pool.memory = bytes.flatMap { $0 > 0 ? $0 : nil }
        pool.isInProcess = self.engine != "external"
        // The SQLite in this program cannot explain itself.
        if dialect == .sqlite, self.engine != "sqlite" || engineLibrary != nil {
            pool.work.options.keepsRows = true
            pool.explainer = LocalExplainer(engine: engineName ?? made.name, memory: pool.memory, fileTimeout: pool.fileTimeout)
        }
        return pool
    }

    /// Where the program was started.
    private static var folder: String? {
        guard let folder = getcwd(nil, 0) else { return nil }
        defer { free(folder) }
        return RawPath.text(UnsafeBufferPointer(start: folder, count: strlen(folder)).map { UInt8(bitPattern: $0) })
    }

    private var seconds: Double? { Quantity.seconds(fileTimeout) }

    private var bytes: Int? {
        guard let size = Quantity.bytes(memory) else { return nil }
        // With less, as with the unit forgotten, not even the script could be read.
        return size == 0 || size >= 16 << 20 ? size : nil
    }

    private var isColoured: Bool {
        switch color {
        case .always: true
        case .never: false
        case .auto: isatty(1) == 1 && getenv("NO_COLOR").map { $0.pointee == 0 } ?? true
        }
    }

    private var choice: EngineChoice {
        var choice = EngineChoice(engine.hasPrefix("postgres") ? .postgres : engine == "external" ? .external : .sqlite)
        choice.library = engineLibrary
        choice.databaseFile = database.map { path in path.hasPrefix("/") ? path : Self.folder.map { "\($0)/\(path)" } ?? path }
        choice.workingDirectory = Self.folder
        choice.connection = connection
        choice.owner = ProcessMark.own
        choice.queryProtocol = engine == "postgres-extended" ? .extended : .simple
        choice.command = engineCommand
        return choice
    }
}

extension Dialect: ExpressibleByArgument {}
