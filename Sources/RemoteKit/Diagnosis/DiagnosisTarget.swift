public import Fleet
import Glibc
import Platform

/// A failing file, and where it failed.
public struct DiagnosisTarget: Sendable {
    /// The run that it failed in; `nil` where nobody knows of one.
    public let run: RunFolder?
    /// Relative to the source tree.
    public let file: String
    /// A line of the record that is meant; `nil` is the first one that fails.
    public let line: Int?
    /// The file's record in the run.
    public let record: FileRecord?

    /// - Parameters:
    ///   - text: the file as the run has it, or as it is called from where the user stands, with `:LINE` behind it or not.
    ///   - run: where it failed; `nil` takes the latest run of the project that has the file.
    ///   - workingDirectory: where the user stands; absolute.
    /// - Throws: ``RemoteError`` or ``ConfigurationError`` where no such file is meant.
    public init(_ text: String, of run: RunFolder?, _ configuration: Configuration, workingDirectory: String) throws {
        let (path, line) = Self.split(text, configuration)
        let names = try SuiteNames(configuration, workingDirectory: workingDirectory).globs([Glob.literal(path)]).compactMap(Glob.name)
        let candidates = [path] + names
        let meant = run ?? RunReference.latest(of: configuration.projectName)
        let record = try meant.flatMap { try Self.record(candidates, in: $0) }
        if run != nil, record == nil { throw RemoteError(.usage, "cannot find '\(path)' in run \(run?.spec.id ?? ""): no file of it has this name", remedy: .listFetchedRuns) }
        self.run = record == nil ? run : meant
        self.record = record
        file = record?.file ?? names.first ?? path
        self.line = line ?? record.flatMap { $0.failures.first { $0.causedBy == nil } ?? $0.failures.first }.map { $0.recordLine ?? $0.line }
    }

    /// The first failure of a file that was run just now, with the engine of the configuration.
    public init(_ record: FileRecord) {
        run = nil
        self.record = record
        file = record.file
        line = (record.failures.first { $0.causedBy == nil } ?? record.failures.first).map { $0.recordLine ?? $0.line }
    }

    /// A record of a run's file.
    init(file: String, line: Int, of run: RunFolder) {
        self.run = run
        self.file = file
        self.line = line
        record = nil
    }

    /// The failures of the record that is meant.
    public var recorded: [RecordFailure] {
        guard let line, let failures = record?.failures else { return [] }
        // Any line of the record may have been named: it begins at or above that one.
        let starts = failures.map { $0.recordLine ?? $0.line }.filter { $0 <= line }
        let exact = failures.filter { $0.line == line || $0.recordLine == line }
        guard exact.isEmpty, let start = starts.max() else { return exact }
        return failures.filter { ($0.recordLine ?? $0.line) == start }
    }

    /// The path, and the line behind the last colon. A file of that very name is one without a line.
    private static func split(_ text: String, _ configuration: Configuration) -> (String, Int?) {
        guard access(text, F_OK) != 0, access(configuration.sync.source + "/" + text, F_OK) != 0, let colon = text.lastIndex(of: ":"),
              let line = Int(text[text.index(after: colon)...]), line > 0 else { return (text, nil) }
        return (String(text[..<colon]), line)
    }

    private static func record(_ names: [String], in run: RunFolder) throws -> FileRecord? {
        var found: FileRecord?
        try run.forEachRecord { record in
            if names.contains(record.file) { found = record }
            return found == nil
        }
        return found
    }
}
