import AgentProtocol
import Fleet
import FoundationEssentials
import Glibc
import Platform
import SQLLogicTest

/// Carries out what a client wants to know of one file.
struct Diagnosis {
    private let request: DiagnosisRequest
    private let tell: (DiagnosisAnswer) -> Void

    init(_ request: DiagnosisRequest, tell: @escaping (DiagnosisAnswer) -> Void) {
        self.request = request
        self.tell = tell
    }

    func run() throws(SQLLogicTestError) {
        // As workers have it.
        setenv("SQLLOGICTEST_SEED", "\(request.seed)", 1)
        for (name, value) in request.engine.environment { setenv(name, value, 1) }
        guard !request.file.hasPrefix("/"), !request.file.split(separator: "/").contains("..") else {
            throw SQLLogicTestError(.usage, "cannot look at \(request.file): it is not below the source tree")
        }
        if let oracle = request.oracle { return try reduce(by: oracle) }
        let kept = try KeptPlace(request)
        var isHandedOver = false
        // Nobody would know of one that was cut off.
        var made: (any Engine)?
        defer { if !isHandedOver { kept?.remove(from: made) } }
        let engine = request.engine.kind == .command ? program : try database(kept)
        made = engine
        var version = (engine as? SQLiteEngine)?.version
        if let postgres = engine as? PostgresEngine { version = postgres.serverVersion }
        let identity = EngineInspection(spec: request.engine, workspace: request.workspace, version: version).identity
        tell(.engine(identity))
        switch request.task {
        case .identify: return
        case .reproduce:
            try reproduce(on: engine, kept)
            isHandedOver = !PendingSignal.isSet
        case .reduce(let seconds, let reference, let jobs): try reduce(on: engine, identity, seconds, reference, jobs)
        }
    }

    /// An engine that runs files itself.
    private var program: any Engine {
        CommandEngine(request.engine, workspace: request.workspace, fileTimeout: request.fileTimeout, memory: request.memoryLimit, seed: request.seed)
    }

    /// An engine that can be used.
    private func database(_ kept: KeptPlace?) throws(SQLLogicTestError) -> any Engine {
        var choice = try EngineChoice(request.engine, workspace: request.workspace)
        choice.owner = ProcessMark.own
        choice.databaseFile = kept?.file
        let engine = try choice.make(threading: .single)
        (engine as? PostgresEngine)?.dropOrphans { ProcessMark.isOver($0) }
        try engine.check(afterLoss: false)
        return engine
    }

    private var path: String { "\(request.workspace)/\(request.file)" }

    // MARK: Reproducing

    private func reproduce(on engine: any Engine, _ kept: KeptPlace?) throws(SQLLogicTestError) {
        var options = try RunOptions(request.engine, workspace: request.workspace, recordTimeout: request.recordTimeout)
        if let line = request.line {
            let lines = try Script(path: path).lineCount
            guard line <= lines else { throw SQLLogicTestError(.usage, "cannot reproduce \(request.file):\(line): the file has \(lines) lines") }
        }
        options.lastLine = request.line
        // The record that is meant is the last one: none before it may take its place.
        options.failureLimit = .max
        var work = FileWork(engine: kept?.staying(engine) ?? engine, options: options)
        work.databasePlace = kept.map { $0.file ?? "" }
        // Until it is handed over, so that it goes if this process is killed.
        work.databaseOwner = ProcessMark.own
        work.folder = request.workspace
        var pool = try LocalPool(work, jobs: 1)
        pool.fileTimeout = request.fileTimeout
        pool.memory = request.memoryLimit
        pool.isInProcess = request.engine.kind != .external && request.engine.kind != .command
        let began = Clock.now
        var found: FileResult?
        pool.run([path], failFast: false) { found = $0 }
        if let error = found?.error { throw error }
        guard let found, let verdict = found.verdict else { throw SQLLogicTestError(.engine, "the file was not run to its end: it was interrupted") }
        if let line = request.line, let end = verdict.haltLine ?? (verdict.stopReason == .badRecord ? verdict.stoppedAt : nil), end < line {
            throw SQLLogicTestError(.usage, "cannot reproduce \(request.file):\(line): the file ends in line \(end), before that record")
        }
        var execution = request.engine.kind == .command ? CommandEngine.execution(of: verdict) : FileExecution(verdict)
        execution.failures = Array(execution.failures.suffix(FileRecord.failuresKept))
        var record = FileRecord(id: 0, file: request.file, outcome: execution.outcome, tests: execution.tests, skipped: execution.skipped, errors: execution.errors,
                                duration: found.seconds, finishedAt: began + found.seconds, message: execution.message, failures: execution.failures)
        record.stoppedAt = execution.stoppedAt
        record.consequences = execution.consequences
        tell(.reproduced(record.bounded.redacted(by: EngineSecrets(request.engine).redaction)))
        if let database = kept?.handOver(found, engine) { tell(database) }
    }

    // MARK: Reducing

    /// What two reductions must have in common to be one.
    private func words(of engine: EngineIdentity, reference: String?, witness: String?) -> String {
        let spec = request.engine
        // There may be secrets among a command's words.
        let command = FileDigest.of(Array((spec.command + (spec.labels ?? [])).joined(separator: "\0").utf8))
        return ([engine.name, engine.version, engine.digest, engine.environment, spec.dialect, command] + (engine.libraries ?? []).map(\.digest) + [reference, witness]).map { $0 ?? "?" }
            .joined(separator: " ")
    }

    private func reduce(on engine: any Engine, _ identity: EngineIdentity, _ seconds: Double?, _ reference: String?, _ jobs: Int?) throws(SQLLogicTestError) {
        let options = try RunOptions(request.engine, workspace: request.workspace, recordTimeout: request.recordTimeout)
        let runsFiles = engine is any FileEngine || options.dialect != .sqlite
        let isEmbedded = request.engine.kind == .sqlite && request.engine.library == nil
        let allowsSystem = request.engine.system ?? true
        let choice = ReferenceChoice(reference ?? request.engine.reference, isEmbedded: isEmbedded, runsFiles: runsFiles)
        try choice.check(options.dialect)
        let right = try choice.engine(isConfined: !allowsSystem)
        var reduction = Reduction(script: try Script(path: path), line: request.line, engine: engine, engineName: engine.name, reference: right,
                                  referenceName: right.map { "SQLite \($0.version)" } ?? "")
        reduction.options = options
        reduction.witness = choice.witness
        reduction.engineTitle = ReductionWords.title(of: engine) ?? request.engine.library.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
        reduction.folder = request.workspace
        reduction.budget = seconds
        reduction.allowsSystem = allowsSystem
        reduction.timeout = request.fileTimeout
        reduction.memory = request.memoryLimit
        reduction.memoryFloor = request.memoryFloor
        if let jobs { reduction.width = jobs }
        reduction.resumed = request.resumed
        reduction.engineIdentity = words(of: identity, reference: right.map { $0.version }, witness: reduction.witnessName)
        var news = ReductionNews(reduction, file: request.file, tell)
        reduction.onProgress = { news.progress($0, $1) }
        reduction.onBest = { news.best($0) }
        var result = try reduction.run()
        var file = news.file(of: result)
        tell(.reduced(try ReductionNews.checked(file, of: request.file)))
        guard !PendingSignal.isSet else { return }
        let problem = ReproducerCheck(reduction).problem(of: &result)
        file = news.file(of: result)
        file.confirmation = problem ?? ""
        tell(.reduced(file))
    }

    /// Makes the file smaller by a command of the user's.
    private func reduce(by oracle: String) throws(SQLLogicTestError) {
        guard case .reduce(let seconds, _, let jobs) = request.task else { throw SQLLogicTestError(.usage, "a command can only be asked in a reduction") }
        var reduction = OracleReduction(path: path, file: request.file, command: oracle, folder: request.workspace)
        reduction.budget = seconds
        reduction.timeout = request.fileTimeout
        reduction.resumed = request.resumed
        if let jobs { reduction.width = jobs }
        var lastProgress: UInt64 = 0
        reduction.onProgress = { progress in
            guard lastProgress == 0 || Clock.seconds(since: lastProgress) > 0.1 else { return }
            lastProgress = Clock.monotonic
            tell(.progress(progress))
        }
        reduction.onBest = { if ReductionNews.fits($0) { tell(.reduced($0)) } }
        tell(.reduced(try ReductionNews.checked(try reduction.run(), of: request.file)))
    }
}
