/// How SQL is sent to a PostgreSQL server (PostgreSQL's documentation, "Message Flow").
public enum PostgresQueryProtocol: String, Sendable, Codable, CaseIterable {
    /// As text, which may have several statements; the first one's result counts.
    case simple
    /// As one prepared statement.
    case extended
}
