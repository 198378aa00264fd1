/// The language a script is written in. It is always said, never guessed.
public enum Dialect: String, Sendable, Codable, CaseIterable {
    /// SQLite's own runner.
    case sqlite
    /// sqllogictest-rs.
    case rs
    /// DuckDB's runner.
    case duckdb
}
