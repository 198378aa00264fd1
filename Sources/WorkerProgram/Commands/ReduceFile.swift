import AgentProtocol
import ArgumentParser
import FoundationEssentials
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
    var arguments: ReductionArguments

    @Option(help: ArgumentHelp("Ask this command whether a smaller file is still interesting, instead of an engine: exit code 0 is yes. The file's path is put behind it. The file may be of any dialect, or plain SQL.", valueName: "command"))
    var oracle: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("Where to write the reproducer. Its SQL goes beside it. Default: FILE-LINE.test in the current folder.", valueName: "file"))
    var output: String?

    @Option(help: ArgumentHelp("End after this time with what there is then, such as 60s. 0: no limit.", valueName: "time"))
    var budget = "0"

    @Option(name: [.customShort("j", allowingJoined: true), .long], help: "Number of tries to run at once, each in its own process. Default: the number of processors.")
    var jobs: Int?

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    func validate() throws {
        if Quantity.seconds(budget) == nil { throw ValidationError("--budget must be a time such as 60s, 5m or 0, not '\(budget)'") }
        if let jobs, jobs < 1 || jobs > 1024 { throw ValidationError("--jobs must be from 1 to 1024") }
        if oracle != nil, arguments.reference != nil { throw ValidationError("--oracle and --reference exclude each other; choose one") }
    }

    func run() throws {
        do throws(SQLLogicTestError) {
            if oracle == nil { try arguments.loadLibraries() }
            PendingSignal.watch()
            let file = if let oracle { try reduced(by: oracle) } else { try reduced() }
            progressEnded()
            report(file)
            PendingSignal.pass()
            if !file.isMinimal || file.confirmation != "" { _exit(1) }
        } catch {
            progressEnded()
            PendingSignal.pass()
            write("slt-worker: \(error)\n", to: 2)
            throw ExitCode(error.code == .engine ? 6 : 2)
        }
    }

    // MARK: What is reduced

    private var target: (path: String, line: Int?) { oracle == nil ? ReductionArguments.target(file) : (file, nil) }
    private var name: String { target.path.split(separator: "/").last.map(String.init) ?? "reduced" }
    private var seconds: Double? { Quantity.seconds(budget).flatMap { $0 > 0 ? $0 : nil } }

    /// As the reproducer calls it: two files of one name are not the same.
    private var source: String {
        let here = FileManager.default.currentDirectoryPath + "/", path = target.path
        let below = path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
        let parts = below.split(separator: "/").filter { $0 != "." }
        return (below.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }
    private var files: ReductionFiles<SQLLogicTestError> { ReductionFiles(places, reducing: target.path) }
    private var places: ReductionPlaces { ReductionPlaces(of: source, line: target.line, output: output) }

    private func reduced() throws(SQLLogicTestError) -> ReducedFile {
        try files.check()
        var reduction = try arguments.reduction(of: file)
        reduction.budget = seconds
        if let jobs { reduction.width = jobs }
        reduction.resumed = files.left
        let news = ReductionNews(reduction, file: source) { _ in }
        if isLive { reduction.onProgress = { Self.show($0.records.count, $0.size, $1) } }
        reduction.onBest = { files.keepSoFar(news.file(of: $0)) }
        var result = try reduction.run()
        var made = news.file(of: result)
        try files.end(made)
        guard !PendingSignal.isSet else { return made }
        let problem = ReproducerCheck(reduction).problem(of: &result)
        made = news.file(of: result)
        made.confirmation = problem ?? ""
        if !places.isStream { try files.end(made) }
        return made
    }

    private func reduced(by oracle: String) throws(SQLLogicTestError) -> ReducedFile {
        try files.check()
        var reduction = OracleReduction(path: target.path, file: source, command: oracle, folder: EngineArguments.folder ?? ".")
        reduction.budget = seconds
        reduction.timeout = Quantity.seconds(arguments.timeout) ?? 60
        if let jobs { reduction.width = jobs }
        reduction.resumed = files.left
        if isLive { reduction.onProgress = { Self.show($0.records, $0.bytes, $0.tries) } }
        reduction.onBest = { files.keepSoFar($0) }
        let made = try reduction.run()
        try files.end(made)
        return made
    }

    // MARK: Output

    private var isLive: Bool { isatty(2) == 1 && !json }

    private static func show(_ records: Int, _ bytes: Int, _ tries: Int) {
        paint("reducing: \(Human.count(records, "record")), \(bytes) bytes of SQL, \(tries) tries")
    }

    /// Replaces the terminal's current line.
    private static func paint(_ line: String) { _ = DescriptorIO.writeAll(2, Array("\r\u{1B}[K\(line)".utf8)) }

    private func progressEnded() { if isLive { Self.paint("") } }

    private func report(_ made: ReducedFile) {
        let report = ReducedFileReport(made, of: name, places)
        write(json ? report.json : report.text, to: 1)
    }
}
