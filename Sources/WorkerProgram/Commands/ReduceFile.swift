import ArgumentParser
import Fleet
import Glibc
import Platform
import SQLLogicTest

struct ReduceFile: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reduce",
        abstract: "Make a failing file as small as it can be and still fail in the same way.",
        discussion: """
            Without LINE the first record that fails is taken. With a reference, by default the built-in SQLite where another engine is under test, all SQL may \
            be changed: a smaller file fails in the same way if both disagree in the same way. Without one only records may go that change nothing about the wrong result.

            Exit codes: 0 a reproducer was written; 1 the budget was over or it was interrupted before all was tried: the smallest one so far was written; or it does not fail when it is run alone; 2 nothing fails, or the \
            file cannot be reduced; 6 the engine cannot be started; 64 wrong arguments.
            """)

    @Argument(help: ArgumentHelp("The test file, and a line of the record that fails.", valueName: "file[:line]"), completion: .file(extensions: ["test", "slt"]))
    var file: String

    @OptionGroup
    var engines: EngineArguments

    @Option(help: ArgumentHelp("Who says what is right: 'sqlite' is the built-in one, 'none' nobody but the file, or the path of a shared library with SQLite's interface.", valueName: "engine"))
    var reference: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("Where to write the reproducer. Its SQL goes beside it. Default: FILE-LINE.test in the current folder.", valueName: "file"))
    var output: String?

    @Option(help: ArgumentHelp("End after this time with what there is then, such as 60s. 0: no limit.", valueName: "time"))
    var budget = "0"

    @Option(help: ArgumentHelp("Time that the records up to the failing one may take, such as 60s.", valueName: "time"))
    var timeout = "60s"

    @Option(name: [.customShort("j", allowingJoined: true), .long], help: "Number of tries to run at once, each in its own process. Default: the number of processors.")
    var jobs: Int?

    @Option(help: ArgumentHelp("Memory limit of one try, such as 512M or 4G. 0: no limit.", valueName: "size"))
    var memory = "4G"

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    func validate() throws {
        if Quantity.seconds(budget) == nil { throw ValidationError("--budget must be a time such as 60s, 5m or 0, not '\(budget)'") }
        if Quantity.seconds(timeout).map({ $0 > 0 }) != true { throw ValidationError("--timeout must be a time such as 60s or 5m, not '\(timeout)'") }
        if let jobs, jobs < 1 || jobs > 1024 { throw ValidationError("--jobs must be from 1 to 1024") }
        if Quantity.bytes(memory).map({ $0 == 0 || $0 >= 16 << 20 }) != true { throw ValidationError("--memory must be a size of at least 16M, such as 512M or 4G, or 0, not '\(memory)'") }
        if engines.database != nil { throw ValidationError("--database does not go with reduce: each try has a database of its own in memory") }
    }

    func run() throws {
        do {
            if engines.choice.needsLibraries || choice.library != nil { try OwnProgram.loadLibraries() }
            PendingSignal.watch()
            let reduction = try makeReduction()
            let result = try reduction.run()
            progressEnded()
            try report(result, reduction)
        } catch {
            progressEnded()
            PendingSignal.pass()
            write("slt-worker: \(error)\n", to: 2)
            throw ExitCode(error.code == .engine ? 6 : 2)
        }
    }

    // MARK: What is reduced

    private var choice: ReferenceChoice { ReferenceChoice(reference, isEmbedded: engines.isEmbedded || engines.dialect != .sqlite) }

    /// The path, and the line behind the last colon. A file of that very name is one without a line.
    private var target: (path: String, line: Int?) {
        guard access(file, F_OK) != 0, let colon = file.lastIndex(of: ":"), let line = Int(file[file.index(after: colon)...]), line > 0 else { return (file, nil) }
        return (String(file[..<colon]), line)
    }

    private func makeReduction() throws(SQLLogicTestError) -> Reduction {
        let script = try Script(path: target.path)
        let engine = try engines.choice.make(threading: .single)
        (engine as? PostgresEngine)?.dropOrphans { ProcessMark.isOver($0) }
        try engine.check(afterLoss: false)
        try choice.check(engines.dialect)
        let right = try choice.engine(isConfined: engines.noSystem)
        var reduction = Reduction(script: script, line: target.line, engine: engine, engineName: engines.engineName ?? engine.name, reference: right,
                                  referenceName: right.map { "SQLite \($0.version)" } ?? "")
        reduction.engineTitle = ReductionWords.title(of: engine) ?? engines.engineLibrary.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
        reduction.folder = EngineArguments.folder
        reduction.options.dialect = engines.dialect
        reduction.options.labels = engines.label
        reduction.options.engineName = engines.engineName
        reduction.options.allowsSystem = !engines.noSystem
        reduction.options.workingDirectory = EngineArguments.folder
        reduction.budget = Quantity.seconds(budget).flatMap { $0 > 0 ? $0 : nil }
        reduction.allowsSystem = !engines.noSystem
        reduction.timeout = Quantity.seconds(timeout) ?? 60
        if let jobs { reduction.width = jobs }
        reduction.memory = Quantity.bytes(memory).flatMap { $0 > 0 ? $0 : nil }
        if isatty(2) == 1, !json { reduction.onProgress = Self.show }
        return reduction
    }

    // MARK: Output

    private static func show(_ candidate: ReductionCandidate, _ tries: Int) {
        paint("reducing: \(Human.count(candidate.records.count, "record")), \(candidate.size) bytes of SQL, \(tries) tries")
    }

    /// Replaces the terminal's current line.
    private static func paint(_ line: String) { _ = DescriptorIO.writeAll(2, Array("\r\u{1B}[K\(line)".utf8)) }

    private func progressEnded() { if isatty(2) == 1, !json { Self.paint("") } }

    private func report(_ result: Reduction.Result, _ reduction: Reduction) throws(SQLLogicTestError) {
        let name = target.path.split(separator: "/").last.map(String.init) ?? "reduced"
        let stem = name.hasSuffix(".test") ? String(name.dropLast(5)) : name.hasSuffix(".slt") ? String(name.dropLast(4)) : name
        let place = output ?? "\(stem)-\(result.line).test"
        let words = ReductionWords(result, file: name, reduction)
        let script = ReducedScript(result.candidate, expected: result.expected, comments: words.comments)
        try WholeFile.write(script.script, to: place)
        let sql = (place.hasSuffix(".test") ? String(place.dropLast(5)) : place) + ".sql"
        try WholeFile.write(script.sql, to: sql)
        let confirmation = PendingSignal.isSet ? nil : ReproducerCheck(reduction).problem(of: result)
        if json {
            write(words.json(place: place, sql: sql, isConfirmed: confirmation == nil), to: 1)
        } else {
            write(words.text(place: place, sql: sql, confirmation: confirmation, script: String(decoding: script.script, as: UTF8.self)), to: 1)
        }
        PendingSignal.pass()
        if !result.isMinimal || confirmation != nil { _exit(1) }
    }
}
