package import Platform

/// Runs one file and says what came of it. Blocks the calling thread while it does; the supervisor ends the process
/// when that takes too long.
public protocol FileExecutor {
    /// - Throws: when the engine cannot be used, so that this file and all others say nothing.
    func execute(_ task: FileTask) throws(EngineUnavailable) -> FileExecution

    /// Says more about failures of a file whose record is public already, such as the rows behind a hash. Whatever comes of it changes no verdict.
    /// By default nothing more is known.
    /// - Parameter failures: ``FileExecution/rows`` of the run whose failures the record has.
    /// - Returns: what is to be kept beside the record.
    func explain(_ failures: [FailureRows], _ task: ExplanationTask) -> [FailureRows]
}

extension FileExecutor {
    public func explain(_ failures: [FailureRows], _ task: ExplanationTask) -> [FailureRows] { failures }
}

/// The engine cannot be started, or has gone: the run cannot go on, and no file is to blame.
public struct EngineUnavailable: Error, Sendable, Equatable, CustomStringConvertible {
    /// Lower case, `cannot …: …`.
    public let message: String
    /// - Parameter message: lower case, `cannot …: …`.
    public init(_ message: String) { self.message = message }
    /// The message.
    public var description: String { message }
}

/// One file to run.
public struct FileTask {
    /// Position in the manifest.
    public let id: Int
    /// Absolute path, as the file system has it.
    public let path: [UInt8]
    /// The name relative to the workspace, for people.
    public let name: String
    /// Absolute path of the source tree.
    public let workspace: String
    /// Which try this is, from 1.
    public let tryNumber: Int
    /// The worker's slot, from 0.
    public let worker: Int
    /// Where to say how far the file is.
    public let progress: Progress
    /// Where the database stays if the file fails; nil where none is kept.
    public let databases: DatabaseShelf?
    /// The run directory's folders, for what belongs to the file.
    let folder: Path
    let log: File
    /// Takes out of texts what must not be stored.
    package let redaction: Redaction

    /// A folder for this file alone, empty, removed afterwards with all it holds. Made when it is first asked for.
    public func workingDirectory() throws(FleetError) -> [UInt8] {
        try folder.makeFolder()
        return folder.bytes
    }

    /// For people: bytes that are not UTF-8 are replaced.
    public var pathText: String { String(decoding: path, as: UTF8.self) }
}

/// What came of a file. Long texts and long lists are cut when it is published.
public struct FileExecution: Sendable, Equatable {
    /// How it ended.
    public var outcome: Outcome
    /// Statements and queries that ran.
    public var tests: Int
    /// Records that a condition left out.
    public var skipped: Int
    /// Records that did not hold.
    public var errors: Int
    /// The first records that did not hold.
    public var failures: [RecordFailure]
    /// In one line, why the outcome is not `pass`.
    public var message: String?
    /// The last lines printed.
    public var output: String?
    /// The line of the last record that began, where the file was not run to its end.
    public var stoppedAt: Int?
    /// How many of ``errors`` are consequences of an earlier failed statement.
    public var consequences: Int?
    /// Records that held when they were tried again within the file.
    public var flakyRecords: [FlakyRecord]?
    /// Why the verdict of a file that passed cannot be kept for later runs.
    public var notCached: String?
    /// What became of the database, where those of files that fail are kept.
    public var database: KeptDatabase?
    /// The rows of ``failures``, where there are some.
    public var rows: [FailureRows] = []

    /// What came of a file.
    public init(outcome: Outcome, tests: Int = 0, skipped: Int = 0, errors: Int = 0, failures: [RecordFailure] = [],
                message: String? = nil, output: String? = nil) {
        self.outcome = outcome
        self.tests = tests
        self.skipped = skipped
        self.errors = errors
        self.failures = failures
        self.message = message
        self.output = output
    }
}

extension FileExecution {
    /// A file that failed because its engine was refused memory is out of memory: engines that notice say so and live on.
    var judgedByMemory: FileExecution {
        let words = "out of memory"
        guard outcome == .fail, let first = failures.first(where: { $0.message.contains(words) })?.message
            ?? message.flatMap({ $0.contains(words) ? $0 : nil }) else { return self }
        var judged = self
        judged.outcome = .outOfMemory
        judged.message = first
        return judged
    }
}
