public import Fleet
public import FoundationEssentials
public import Wire

/// What comes of a closer look at a file, one after the other.
public enum DiagnosisAnswer: Codable, Sendable, Equatable {
    /// What the engine is.
    case engine(EngineIdentity)
    /// What the sources in the workspace are.
    case source(SourceState)
    /// How far a reduction is.
    case progress(ReductionProgress)
    /// What is left of a file; several come, each smaller than the one before, and the last one is the result.
    case reduced(ReducedFile)
    /// What running the file gave.
    case reproduced(FileRecord)
    /// How the database that was kept can be looked at: a command for a shell, and what is not there as the file has left it, or why there is none.
    case database(open: String?, note: String? = nil)
    /// It cannot be done.
    case refused(DiagnosisRefusal)
}

/// How far a reduction is.
public struct ReductionProgress: Codable, Sendable, Equatable {
    /// Records that are left.
    public var records: Int
    /// Bytes of their SQL.
    public var bytes: Int
    /// Candidates that were tried.
    public var tries: Int

    /// Each parameter is the property of the same name.
    public init(records: Int, bytes: Int, tries: Int) {
        self.records = records
        self.bytes = bytes
        self.tries = tries
    }
}

/// What is left of a file that fails in the same way.
public struct ReducedFile: Codable, Sendable, Equatable {
    /// A script in the dialect of the whole file.
    public var script: String
    /// Its statements alone.
    public var sql: String
    /// Why it still fails, in one line.
    public var reason: String
    /// The line of the record that fails, in the whole file.
    public var line: Int
    /// Records of the whole file.
    public var total: Int
    /// Where the reduction stands.
    public var progress: ReductionProgress
    /// Seconds that it took so far.
    public var seconds: Double
    /// Whether nothing more can go.
    public var isMinimal: Bool
    /// What a run of the script alone has shown: `nil` before it was run, empty if it fails where it must, else what is wrong.
    public var confirmation: String?
    /// Whose results are the right ones; `nil` where the file's are.
    public var reference: String?
    /// Where the failure is not there each time: in what share of the runs it was.
    public var flakyRate: Double?
    /// How sure it is then that what is left fails at more than a tenth of the rate of the whole file, from 0 to 1; `nil` before it was run alone.
    public var confidence: Double?
    /// The same in a sentence.
    public var flakiness: String?
    /// What it is the result of.
    public var origin: ReductionOrigin?
    /// What became of an earlier reduction that it was to go on from, in a sentence; `nil` where there was none.
    public var resumption: String?
    /// The script and the SQL to the byte, where they are no UTF-8; `nil` where the texts are all of them.
    public var exact: ExactTexts?

    /// Texts that are no UTF-8.
    public struct ExactTexts: Codable, Sendable, Equatable {
        /// As ``ReducedFile/script``.
        public var script: Data
        /// As ``ReducedFile/sql``.
        public var sql: Data
    }

    /// The script as it is written.
    public var scriptBytes: [UInt8] { exact.map { Array($0.script) } ?? Array(script.utf8) }
    /// The SQL as it is written.
    public var sqlBytes: [UInt8] { exact.map { Array($0.sql) } ?? Array(sql.utf8) }

    /// The same without the SQL, which can be made from the script.
    public var withoutSQL: ReducedFile {
        var copy = self
        copy.sql = ""
        copy.exact?.sql = Data()
        return copy
    }

    /// What is left of a file, in bytes that need not be UTF-8; what has no parameter is set afterwards.
    public init(bytes script: [UInt8], sql: [UInt8], reason: String, line: Int, total: Int, progress: ReductionProgress, seconds: Double, isMinimal: Bool) {
        self.init(script: String(decoding: script, as: UTF8.self), sql: String(decoding: sql, as: UTF8.self), reason: reason, line: line, total: total, progress: progress, seconds: seconds, isMinimal: isMinimal)
        if Array(self.script.utf8) != script || Array(self.sql.utf8) != sql { exact = ExactTexts(script: Data(script), sql: Data(sql)) }
    }

    /// What is left of a file; what has no parameter is set afterwards.
    public init(script: String, sql: String, reason: String, line: Int, total: Int, progress: ReductionProgress, seconds: Double, isMinimal: Bool) {
        self.script = script
        self.sql = sql
        self.reason = reason
        self.line = line
        self.total = total
        self.progress = progress
        self.seconds = seconds
        self.isMinimal = isMinimal
    }
}

/// What a reduction began with. One that ended early goes on only where it is the same.
public struct ReductionOrigin: Codable, Sendable, Equatable {
    /// SHA-256 of the whole file.
    public var file: String
    /// The line of the record that fails.
    public var line: Int
    /// What the engine was, and who said what is right.
    public var engine: String
    /// In what way the record fails.
    public var signature: String

    /// Each parameter is the property of the same name.
    public init(file: String, line: Int, engine: String, signature: String) {
        self.file = file
        self.line = line
        self.engine = engine
        self.signature = signature
    }
}

/// Why a closer look is not to be had.
public struct DiagnosisRefusal: Codable, Sendable, Equatable, Error {
    /// Whether the engine could not be used; else the file, the line or a setting is wrong.
    public var isEngine: Bool
    /// In one line.
    public var message: String

    /// Each parameter is the property of the same name.
    public init(isEngine: Bool, message: String) {
        self.isEngine = isEngine
        self.message = message
    }
}

extension DiagnosisAnswer: HostAnswer {
    public func checked() throws(WireFault) -> DiagnosisAnswer {
        switch self {
        case .engine(let engine): .engine(engine.checked())
        case .source(let source): .source(source.bounded())
        case .progress(let progress): .progress(progress.bounded())
        case .reduced(let file): .reduced(try file.bounded())
        case .reproduced(let record): .reproduced(record.checked())
        case .database(let command, let note): Self.database(KeptDatabase(open: command, note: note).bounded())
        case .refused(let refusal): .refused(DiagnosisRefusal(isEngine: refusal.isEngine, message: Bounds.message(refusal.message)))
        }
    }
}

extension DiagnosisAnswer {
    private static func database(_ kept: KeptDatabase) -> DiagnosisAnswer { .database(open: kept.open, note: kept.note) }
}

extension ReductionProgress {
    func bounded() -> ReductionProgress { ReductionProgress(records: Bounds.count(records), bytes: Bounds.count(bytes), tries: Bounds.count(tries)) }
}

extension ReducedFile {
    /// The script and the SQL are written to files as they are, and made safe where they are shown.
    func bounded() throws(WireFault) -> ReducedFile {
        guard [script.utf8.count, sql.utf8.count, exact?.script.count ?? 0, exact?.sql.count ?? 0].allSatisfy({ $0 <= Bounds.block }) else {
            throw WireFault(.malformed, "the host sent a reduced file that is longer than \(Bounds.block) bytes")
        }
        var copy = self
        copy.reason = Bounds.message(reason)
        copy.line = Bounds.count(line)
        copy.total = Bounds.count(total)
        copy.progress = progress.bounded()
        copy.seconds = seconds.isFinite ? max(0, seconds) : 0
        copy.confirmation = confirmation.map(Bounds.message)
        copy.reference = reference.map(Bounds.name)
        copy.flakyRate = flakyRate.map { $0.isFinite ? min(max($0, 0), 1) : 0 }
        copy.confidence = confidence.map { $0.isFinite ? min(max($0, 0), 1) : 0 }
        copy.flakiness = flakiness.map(Bounds.message)
        copy.resumption = resumption.map(Bounds.message)
        if let origin, [origin.file, origin.engine, origin.signature].contains(where: { $0.utf8.count > Bounds.block }) { copy.origin = nil }
        return copy
    }
}
