/// How a script is run.
public struct RunOptions: Sendable {
    /// What the scripts are written in.
    public var dialect = Dialect.sqlite
    /// Names besides the engine's that the `rs` dialect's conditions know; what the `duckdb` dialect's `require` finds.
    public var labels: [String] = []
    /// Collects the results that the engine gives in place of comparing them with the script's; see ``RecordedRun``.
    public var records = false
    /// Used in place of every `hash-threshold` in the script; 0 means that no result is hashed.
    public var hashThreshold: Int?
    /// Stops after the first record that has an error.
    public var haltOnError = false
    /// What `skipif` and `onlyif` call the engine, if not its own name.
    public var engineName: String?
    /// The folder that relative paths in scripts of DuckDB's dialect start from, if not the process's own.
    public var workingDirectory: String?
    /// How many failures are kept with their texts.
    public var failureLimit = 100

    public init() {}

    /// What holds until a script says otherwise: longer results are given as a hash.
    public static let defaultHashThreshold = 8
}
