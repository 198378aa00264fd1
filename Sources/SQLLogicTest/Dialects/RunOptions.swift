/// How a script is run.
public struct RunOptions: Sendable {
    /// What the scripts are written in.
    public var dialect = Dialect.sqlite
    /// Further names that conditions of ``Dialect/rs`` know, and what `require` of ``Dialect/duckdb`` finds.
    public var labels: [String] = []
    /// Collects the results that the engine gives instead of comparing them with the script's; see ``RecordedRun``.
    var records = false
    /// Used instead of every `hash-threshold` in the script, in values: a longer result is compared as a hash. 0 hashes none.
    public var hashThreshold: Int?
    /// Stops a file of ``Dialect/sqlite`` after the first record that has an error, as the other dialects do.
    public var haltOnError = false
    /// Ends a file of ``Dialect/sqlite`` behind the record that this line belongs to; nil runs all of it.
    package var lastLine: Int?
    /// What `skipif` and `onlyif` call the engine; nil is the engine's own name, and `duckdb` in ``Dialect/duckdb``.
    public var engineName: String?
    /// The folder that relative paths in scripts of ``Dialect/duckdb`` start from; nil is the process's own.
    public var workingDirectory: String?
    /// Whether scripts may reach for what is outside of their database. If not, `system` records, SQL that opens files or loads code, and
    /// included and expected files outside of the script's folder are failures. A guard against surprises, and no sandbox: what an engine
    /// does by itself, or under names that are not known here, is not seen.
    public var allowsSystem = true
    /// How long one statement may take; nil is no limit. A record that takes longer fails with ``ScriptFailure/Kind/timeout``.
    public var recordLimit: RecordLimit?
    /// How many failures a verdict keeps with their texts; all are counted.
    public var failureLimit = 100
    /// Keeps the whole results of the first failing records, up to ``RecordRows/mostRecords`` and ``RecordRows/byteLimit``, in
    /// ``FileVerdict/rows``.
    public var keepsRows = false

    /// SQLite's dialect, as its own runner runs it.
    public init() {}

    /// The `hash-threshold` of ``Dialect/sqlite`` before a script says another: results of more than 8 values are compared as a hash.
    public static let defaultHashThreshold = 8
}
