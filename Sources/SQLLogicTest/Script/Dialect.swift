/// The language a script is written in. It is always said, never guessed.
public enum Dialect: String, Sendable, Codable, CaseIterable {
    /// That of SQLite's own runner (<https://www.sqlite.org/sqllogictest/doc/trunk/about.wiki>).
    case sqlite
    /// That of sqllogictest-rs (<https://github.com/risinglightdb/sqllogictest-rs>).
    case rs
    /// That of DuckDB's runner (<https://duckdb.org/docs/stable/dev/sqllogictest/intro>), for files that need no extension.
    case duckdb
}
