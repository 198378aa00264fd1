import GRDB
import Platform

extension RunHistory {
    /// A suite that the history knows.
    public struct Suite: Sendable, Equatable, Encodable {
        public var project: String
        public var engine: String
        /// All of its runs, and the full ones.
        public var runs: Int
        public var fullRuns: Int
        /// The name of the latest full run.
        public var lastFull: String?

        public var key: SuiteKey { SuiteKey(project: project, engine: engine) }
    }

    /// All suites, the one of the latest run first; none without a database.
    public func suites() throws(RemoteError) -> [Suite] {
        try asking([]) { database in
            try Row.fetchAll(database, sql: """
                SELECT s.project, s.engine, count(r.id), coalesce(sum(r.is_full), 0), s.last_full FROM suite s JOIN run r ON r.suite_id = s.id
                GROUP BY s.id ORDER BY max(r.name) DESC
                """).map { Suite(project: $0[0], engine: $0[1], runs: $0[2], fullRuns: $0[3], lastFull: $0[4]) }
        }
    }

    /// Which suite is meant.
    /// - Parameters:
    ///   - named: a project that was asked for.
    ///   - engine: a kind of engine that was asked for.
    ///   - preferred: that of the configuration; where it is unknown, that of the latest run.
    /// - Returns: `nil` where nothing is known at all.
    /// - Throws: ``RemoteError`` `usage` for a project or engine that has no runs.
    public func choose(named: String? = nil, engine: String? = nil, preferred: SuiteKey? = nil) throws(RemoteError) -> Suite? {
        let all = try suites()
        guard !all.isEmpty else { return nil }
        let meant = all.filter { (named == nil || $0.project == named) && (engine == nil || $0.engine == engine) }
        if meant.isEmpty {
            let known = all.prefix(10).map { "\(SafeText.line($0.project, limit: 60)) (\($0.engine))" }.joined(separator: ", ")
            throw RemoteError(.usage, "cannot find \(named.map { "the project '\($0)'" } ?? "the engine '\(engine ?? "")'") in the history; it has \(known)")
        }
        return meant.first { $0.key == preferred } ?? meant.first { $0.project == preferred?.project } ?? meant.first
    }
}
