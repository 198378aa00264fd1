import ArgumentParser
import Fleet
import Glibc
import Platform
import SQLLogicTest

/// What a failing record is looked at with.
struct ReductionArguments: ParsableArguments {
    @OptionGroup
    var engines: EngineArguments

    @Option(help: ArgumentHelp("Who says what is right: 'sqlite' is the built-in one, 'none' nobody but the file, or the path of a shared library with SQLite's interface.", valueName: "engine"))
    var reference: String?

    @Option(help: ArgumentHelp("Time that the records up to the failing one may take, such as 60s.", valueName: "time"))
    var timeout = "60s"

    @Option(help: ArgumentHelp("Memory limit of one try, such as 512M or 4G. 0: no limit.", valueName: "size"))
    var memory = "4G"

    func validate() throws {
        if Quantity.seconds(timeout).map({ $0 > 0 }) != true { throw ValidationError("--timeout must be a time such as 60s or 5m, not '\(timeout)'") }
        if Quantity.bytes(memory).map({ $0 == 0 || $0 >= 16 << 20 }) != true { throw ValidationError("--memory must be a size of at least 16M, such as 512M or 4G, or 0, not '\(memory)'") }
        if engines.database != nil { throw ValidationError("--database does not go with this: each try has a database of its own in memory") }
    }

    private var choice: ReferenceChoice { ReferenceChoice(reference, isEmbedded: engines.isEmbedded, runsFiles: engines.dialect != .sqlite) }

    /// Goes on as the program that can load libraries, where there are some to load.
    func loadLibraries() throws(SQLLogicTestError) {
        if engines.choice.needsLibraries || choice.library != nil { try OwnProgram.loadLibraries() }
    }

    /// The path, and the line behind the last colon. A file of that very name is one without a line.
    static func target(_ file: String) -> (path: String, line: Int?) {
        guard access(file, F_OK) != 0, let colon = file.lastIndex(of: ":"), let line = Int(file[file.index(after: colon)...]), line > 0 else { return (file, nil) }
        return (String(file[..<colon]), line)
    }

    /// - Parameter file: with `:LINE` behind it, or not.
    func reduction(of file: String) throws(SQLLogicTestError) -> Reduction {
        let (path, line) = Self.target(file)
        let script = try Script(path: path)
        let engine = try engines.choice.make(threading: .single)
        (engine as? PostgresEngine)?.dropOrphans { ProcessMark.isOver($0) }
        try engine.check(afterLoss: false)
        try choice.check(engines.dialect)
        let right = try choice.engine(isConfined: engines.noSystem)
        var reduction = Reduction(script: script, line: line, engine: engine, engineName: engines.engineName ?? engine.name, reference: right,
                                  referenceName: right.map { "SQLite \($0.version)" } ?? "")
        reduction.engineTitle = ReductionWords.title(of: engine) ?? engines.engineLibrary.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
        reduction.witness = choice.witness
        reduction.engineIdentity = identity(engine, right, reduction.witnessName)
        reduction.folder = EngineArguments.folder
        reduction.options.dialect = engines.dialect
        reduction.options.labels = engines.label
        reduction.options.engineName = engines.engineName
        reduction.options.allowsSystem = !engines.noSystem
        reduction.options.recordLimit = engines.recordLimit
        reduction.options.workingDirectory = EngineArguments.folder
        reduction.allowsSystem = !engines.noSystem
        reduction.timeout = Quantity.seconds(timeout) ?? 60
        reduction.memory = Quantity.bytes(memory).flatMap { $0 > 0 ? $0 : nil }
        return reduction
    }

    /// What two reductions must have in common to be one.
    private func identity(_ engine: any Engine, _ right: SQLiteEngine?, _ witness: String?) -> String {
        let version = (engine as? SQLiteEngine)?.version ?? (engine as? PostgresEngine)?.serverVersion
        let library = engines.engineLibrary.flatMap { FileDigest.of(LoadedLibrary.path(of: $0) ?? $0) }
        // There may be secrets in them.
        let words = FileDigest.of(Array(([engines.connection, engines.engineCommand, engines.engineName ?? ""] + engines.label).joined(separator: "\0").utf8))
        return [engine.name, version, library, words, engines.dialect.rawValue, right?.version, choice.library, witness].map { $0 ?? "?" }.joined(separator: " ")
    }
}
