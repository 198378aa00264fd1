/// Runs one file and says what came of it. Blocks the calling thread while it does; the supervisor ends the process
/// when that takes too long.
public protocol FileExecutor {
    func execute(_ task: FileTask) -> FileExecution
}

/// One file to run.
public struct FileTask {
    /// Position in the manifest.
    public let id: Int
    /// Absolute path, as the file system has it.
    public let path: [UInt8]
    /// The name relative to the workspace, for people.
    public let name: String
    public let workspace: String
    /// Which try this is, from 1.
    public let tryNumber: Int
    /// The worker's slot, from 0.
    public let worker: Int
    public let progress: Progress
    /// The run directory's folders, for what belongs to the file.
    let folder: Path
    let log: File

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
    public var outcome: Outcome
    /// Statements and queries that ran, records skipped, and errors found.
    public var tests: Int
    public var skipped: Int
    public var errors: Int
    public var failures: [RecordFailure]
    /// In one line, why the outcome is not `pass`.
    public var message: String?
    /// The last lines printed.
    public var output: String?

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

extension FileRecord {
    /// Bytes of a record's texts.
    static let outputKept = 65536
    static let outputKeptOfPass = 1024
    static let textKept = 1024

    /// The record with everything cut to its bounds.
    var bounded: FileRecord {
        var record = self
        record.message = message?.cut(toBytes: FileRecord.textKept)
        record.failures = failures.prefix(FileRecord.failuresKept).map { $0.cut(toBytes: FileRecord.textKept) }
        if let output {
            let limit = outcome == .pass ? FileRecord.outputKeptOfPass : FileRecord.outputKept
            record.output = output.utf8.count <= limit ? output : String(decoding: output.utf8.suffix(limit), as: UTF8.self)
        }
        return record
    }

    static let failuresInEvent = 3

    /// The record as followers see it: the first failures, no output.
    var brief: FileRecord {
        var record = self
        record.failures = failures.prefix(FileRecord.failuresInEvent).map { $0.cut(toBytes: 400) }
        record.output = nil
        return record
    }

    /// Whether ``brief`` is all there is.
    var isBrief: Bool {
        output == nil && failures.count <= FileRecord.failuresInEvent && failures.allSatisfy { $0.cut(toBytes: 400) == $0 }
    }
}

extension RecordFailure {
    func cut(toBytes limit: Int) -> RecordFailure {
        RecordFailure(line: line, message: message.cut(toBytes: limit), sql: sql.cut(toBytes: limit),
                      expected: expected.cut(toBytes: limit), actual: actual.cut(toBytes: limit))
    }
}
