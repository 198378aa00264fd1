import AgentProtocol
import Fleet
import FoundationEssentials
import Glibc
import Platform
import SQLLogicTest

/// Runs a file up to a record, and then what a person types, on the same connection.
struct DatabasePrompt {
    private let request: DiagnosisRequest

    init(_ request: DiagnosisRequest) { self.request = request }

    func run() throws(SQLLogicTestError) {
        setenv("SQLLOGICTEST_SEED", "\(request.seed)", 1)
        for (name, value) in request.engine.environment { setenv(name, value, 1) }
        let signals = [SIGINT, SIGTERM, SIGHUP].filter { !PendingSignal.isIgnored($0) }
        Signals.block(signals)
        // An engine that has ended is told, not died of.
        signal(SIGPIPE, SIG_IGN)
        let choice = try EngineChoice(request.engine, workspace: request.workspace)
        let engine = HoldingEngine(try choice.make(threading: .single))
        var options = try RunOptions(request.engine, workspace: request.workspace, recordTimeout: request.recordTimeout)
        options.lastLine = request.line
        // As where it was run first: none before the record may take its place.
        options.failureLimit = .max
        let folder = try Self.enterFolder()
        defer { Self.leave(folder) }
        Self.leave(folder, at: signals)
        let verdict = try FileRunner(options: options).run(path: "\(request.workspace)/\(request.file)", on: engine)
        if engine.consumeLoss() { throw SQLLogicTestError(.engine, "the engine's program has ended while the file was run: \(verdict.failures.last?.message ?? "nobody knows why")") }
        let place = request.line.map { "the record at line \($0)" } ?? "the file"
        write("The database is as it is behind \(place). A statement ends with a semicolon, or with an empty line; Ctrl-D or .quit ends this.\n", to: 2)
        try converse(engine)
        engine.held.release()
    }

    private func converse(_ engine: HoldingEngine) throws(SQLLogicTestError) {
        let isTerminal = isatty(STDIN_FILENO) == 1
        var statement = ""
        while true {
            if isTerminal { write(statement.isEmpty ? "sql> " : "...> ", to: 2) }
            let line = readLine(strippingNewline: true)
            if let line, statement.isEmpty, [".quit", ".exit", "\\q"].contains(line) { return }
            if let line, !line.isEmpty {
                statement += (statement.isEmpty ? "" : "\n") + line
                if line.last != ";" { continue }
            }
            if !statement.isEmpty {
                for line in try engine.held.lines(answering: statement) { write(SafeText.line(line, limit: 1 << 20) + "\n", to: 1) }
                if engine.consumeLoss() { throw SQLLogicTestError(.engine, "the engine's program has ended") }
            }
            statement = ""
            if line == nil { return }
        }
    }

    /// SQL can name files: they belong to this run alone.
    private static func enterFolder() throws(SQLLogicTestError) -> String {
        guard let folder = PrivateFolder.make("slt-prompt-") else { throw SQLLogicTestError(.unwritable, "cannot make a folder in \(PrivateFolder.parent): \(ErrorText.of())") }
        if chdir(folder) == 0 { setenv("TMPDIR", folder, 1) }
        return folder
    }

    /// Ends the program at one of `signals`, which are blocked, however long a statement or a person takes.
    private static func leave(_ folder: String, at signals: [Int32]) {
        _ = try? SystemThread.start {
            while true {
                guard let number = Signals.wait(for: signals, seconds: 3600) else { continue }
                leave(folder)
                _exit(128 + number)
            }
        }
    }

    private static func leave(_ folder: String) {
        _ = chdir("/")
        try? FileManager.default.removeItem(atPath: folder)
    }
}
