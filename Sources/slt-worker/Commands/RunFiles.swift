public import ArgumentParser
import Glibc
public import SQLLogicTest

struct RunFiles: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run SQLLogicTest files, each on a fresh database.",
        discussion: "Exits with 0 if every record held, 1 if one did not, 2 if a file could not be read or the engine not be reached.")

    @Argument(help: "The files.", completion: .file(extensions: ["test", "slt"]))
    var files: [String]

    @Option(help: "What the files are written in: sqlite, rs (sqllogictest-rs) or duckdb.")
    var dialect = Dialect.sqlite

    @Option(help: "sqlite, postgres, postgres-extended or external.")
    var engine = "sqlite"

    @Option(help: ArgumentHelp("A shared library to use as SQLite, in place of the one inside.", valueName: "path"))
    var engineLibrary: String?

    @Option(help: ArgumentHelp("Keeps SQLite's database in this file; --jobs is 1 then.", valueName: "path"))
    var database: String?

    @Option(help: ArgumentHelp("Where PostgreSQL is, as libpq has it; else PGHOST and so on hold.", valueName: "string"))
    var connection = ""

    @Option(help: ArgumentHelp("For external: a line for bash; {db} stands for the database's name.", valueName: "line"))
    var engineCommand = ""

    @Option(help: "The engine's name for skipif and onlyif.")
    var engineName: String?

    @Option(help: "A further name for skipif and onlyif of the rs dialect.")
    var label: [String] = []

    @Option(name: [.customShort("j", allowingJoined: true), .long], help: "How many files run at once, each in a process.")
    var jobs = 1

    @Option(help: ArgumentHelp("Ends a file that takes longer, such as 90s or 5m; 0 never does.", valueName: "time"))
    var fileTimeout = "5m"

    @Option(help: ArgumentHelp("Memory that a file may take, such as 512M or 4G; 0 is no limit.", valueName: "size"))
    var memory = "4G"

    @Flag(help: "Start no more files once one has failed.")
    var failFast = false

    @Flag(help: "Stop each file at its first error.")
    var halt = false

    @Option(name: .customLong("ht"), help: "Results of more values than this are compared as a hash, whatever the files say; 0 never hashes.")
    var hashThreshold: Int?

    @Flag(help: "Print one JSON object a file.")
    var json = false

    @Option(help: ArgumentHelp("Also write a JUnit report.", valueName: "file"))
    var junit: String?

    @Option(help: "auto, always or never.")
    var color = ColorChoice.auto

    @Flag(help: "Write the results that the engine gives into the files, which otherwise stay as they are.")
    var record = false

    @Flag(help: "Run nothing; bring headers, blank lines and line ends of the files into one form.")
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
        if record, format { throw ValidationError("--record and --format are two things; choose one") }
        if dialect == .duckdb, record || format { throw ValidationError("--record and --format are not for the duckdb dialect") }
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
            pool = try makePool(command)
        } catch {
            write("slt-worker: \(error)\n", to: 2)
            throw ExitCode(2)
        }
        throw ExitCode(command.run(in: &pool, output: { write($0, to: 1) }, diagnostics: { write($0, to: 2) }))
    }

    private func makePool(_ command: RunCommand) throws(SQLLogicTestError) -> LocalPool {
        // One thread in a process: SQLite needs no locks, which cost a fifth of its time.
        var work = command.work(on: try choice.make(threading: .single))
        work.folder = Self.folder
        work.options.workingDirectory = Self.folder
        var pool = try LocalPool(work, jobs: database == nil ? jobs : 1)
        pool.fileTimeout = seconds.flatMap { $0 > 0 ? $0 : nil }
        pool.memory = bytes.flatMap { $0 > 0 ? $0 : nil }
        pool.isInProcess = engine != "external"
        return pool
    }

    /// Where the program was started.
    private static var folder: String? {
        guard let folder = getcwd(nil, 0) else { return nil }
        defer { free(folder) }
        return String(cString: folder)
    }

    private var seconds: Double? {
        if let seconds = Double(fileTimeout) { return seconds >= 0 && seconds < 1e9 ? seconds : nil }
        return HumanDuration.parse(fileTimeout).map { Double($0.components.seconds) + Double($0.components.attoseconds) / 1e18 }
    }

    private var bytes: Int? {
        let digits = memory.prefix { $0.isASCII && $0.isNumber }
        let units = ["": 0, "K": 10, "M": 20, "G": 30, "T": 40]
        guard let number = Int(digits), let shift = units[memory.dropFirst(digits.count).uppercased()], number < 1 << 20 || shift == 0 else { return nil }
        let size = number << shift
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
        choice.queryProtocol = engine == "postgres-extended" ? .extended : .simple
        choice.command = engineCommand
        return choice
    }
}

extension Dialect: ExpressibleByArgument {}
