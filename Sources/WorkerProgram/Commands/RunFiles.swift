import ArgumentParser
import Fleet
import Glibc
import Platform
import SQLLogicTest

struct RunFiles: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run SQLLogicTest files, each on a fresh database.",
        discussion: "Exit codes: 0 all passed; 1 tests failed; 2 a file cannot be read or a setting is wrong; 6 the engine cannot be started; 64 wrong arguments.")

    @Argument(help: "The test files.", completion: .file(extensions: ["test", "slt"]))
    var files: [String]

    @OptionGroup
    var engines: EngineArguments

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

    @Option(help: ArgumentHelp("Run each file in this many parts where that gives the same result. Use with --jobs.", valueName: "parts"))
    var split = 1

    @Flag(help: "Only reformat the files: headers, blank lines and line ends. Runs nothing.")
    var format = false

    enum ColorChoice: String, ExpressibleByArgument, CaseIterable { case auto, always, never }

    func validate() throws {
        if files.isEmpty { throw ValidationError("name at least one file") }
        if jobs < 1 || jobs > 1024 { throw ValidationError("--jobs must be from 1 to 1024") }
        if seconds == nil { throw ValidationError("--file-timeout must be a time such as 90s, 5m or 0, not '\(fileTimeout)'") }
        if bytes == nil { throw ValidationError("--memory must be a size of at least 16M, such as 512M or 4G, or 0, not '\(memory)'") }
        if let hashThreshold, hashThreshold < 0 { throw ValidationError("--ht must be 0 or more") }
        if record, format { throw ValidationError("--record and --format exclude each other; choose one") }
        if split < 1 || split > 1024 { throw ValidationError("--split must be from 1 to 1024") }
        if split > 1, record || failFast { throw ValidationError("--split cannot be combined with --record or --fail-fast") }
        if engines.dialect == .duckdb, record || format { throw ValidationError("--record and --format do not support the duckdb dialect") }
    }

    func run() throws {
        if format { throw ExitCode(FormatCommand(files: files, dialect: engines.dialect).run { write($0, to: 2) }) }
        var command = RunCommand(files: files)
        command.json = json
        command.failFast = failFast
        command.junit = junit
        command.records = record
        command.isColoured = isColoured
        command.options.dialect = engines.dialect
        command.options.labels = engines.label
        command.options.allowsSystem = !engines.noSystem
        command.options.recordLimit = engines.recordLimit
        command.options.haltOnError = halt
        command.options.hashThreshold = hashThreshold
        command.options.engineName = engines.engineName
        var pool: LocalPool
        do {
            if engines.choice.needsLibraries { try OwnProgram.loadLibraries() }
            pool = try makePool(command)
            try pool.work.engine.check(afterLoss: false)
        } catch let error where error.code == .engine {
            write("slt-worker: \(error)\n", to: 2)
            throw ExitCode(6)
        } catch {
            write("slt-worker: \(error)\n", to: 2)
            throw ExitCode(2)
        }
        let code = split > 1 ? runInParts(command, pool) : command.run(in: &pool, output: { write($0, to: 1, colours: isColoured && !json) }, diagnostics: { write($0, to: 2) })
        // A signal has its effect once the results that there are have been told.
        PendingSignal.pass()
        throw ExitCode(code)
    }

    private func runInParts(_ command: RunCommand, _ pool: LocalPool) -> Int32 {
        var pool = SplitPool(base: pool, count: split)
        return command.run(in: &pool, output: { write($0, to: 1, colours: isColoured && !json) }, diagnostics: { write($0, to: 2) })
    }

    private func makePool(_ command: RunCommand) throws(SQLLogicTestError) -> LocalPool {
        // One thread in a process: SQLite needs no locks, which cost a fifth of its time.
        let made = try engines.choice.make(threading: .single)
        // What runs that were killed have left on the server.
        (made as? PostgresEngine)?.dropOrphans { ProcessMark.isOver($0) }
        var work = command.work(on: made)
        work.folder = EngineArguments.folder
        work.options.workingDirectory = EngineArguments.folder
        var pool = try LocalPool(work, jobs: engines.database == nil ? jobs : 1)
        pool.fileTimeout = seconds.flatMap { $0 > 0 ? $0 : nil }
        pool.memory = bytes.flatMap { $0 > 0 ? $0 : nil }
        pool.isInProcess = engines.engine != "external"
        // The SQLite in this program cannot explain itself.
        if engines.dialect == .sqlite, !engines.isEmbedded {
            pool.work.options.keepsRows = true
            pool.explainer = LocalExplainer(engine: engines.engineName ?? made.name, memory: pool.memory, fileTimeout: pool.fileTimeout)
            pool.explainer?.allowsSystem = !engines.noSystem
            pool.explainer?.recordTimeout = engines.recordLimit?.seconds
        }
        return pool
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
}
