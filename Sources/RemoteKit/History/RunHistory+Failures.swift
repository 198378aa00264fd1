public import Fleet
import GRDB
import Platform

extension RunHistory {
    /// What failures are counted by.
    public enum Grouping: String, Sendable, CaseIterable { case file, category, message, kind }

    /// Failures that have something in common.
    public struct FailureGroup: Sendable, Equatable, Encodable {
        /// The file, the category, the shape of the message or the kind.
        public var key: String
        /// Files that failed.
        public var files: Int
        /// Records that failed by themselves; of a file that did not get to its end also the file.
        public var failures: Int
        /// Records that failed since an earlier statement had.
        public var consequences: Int
        /// All files of a category.
        public var total: Int?
        /// Of a file how it ended.
        public var outcome: Outcome?
        /// One of them: `FILE:LINE`, and what is wrong with it.
        public var example: String
        public var message: String
    }

    /// The failures of one run in groups.
    public struct FailureGroups: Sendable, Equatable, Encodable {
        /// The run that they are of; `nil` where there is none.
        public var run: String?
        public var groups: [FailureGroup]
    }

    /// The failures of the suite's last full run, or of a run that is named; the largest group first.
    /// - Throws: ``RemoteError`` `usage` for a run that the suite does not have.
    public func failures(by grouping: Grouping, in key: SuiteKey, run name: String? = nil) throws(RemoteError) -> FailureGroups {
        let groups = try asking(nil) { database -> FailureGroups? in
            guard let suite = try suite(key, database) else { return nil }
            let run = try Row.fetchOne(database, sql: name == nil ? "SELECT id, name FROM run WHERE suite_id = ? AND is_full = 1 ORDER BY name DESC LIMIT 1"
                : "SELECT id, name FROM run WHERE suite_id = ? AND name = ?", arguments: name == nil ? [suite] : [suite, name])
            guard let run else { return nil }
            var groups = FailureGrouping(grouping)
            try groups.read(database, run: run[0])
            return FailureGroups(run: run[1], groups: try groups.result(database, run: run[0]))
        }
        if groups == nil, let name { throw RemoteError(.usage, "cannot find the run '\(name)' in the history of \(key.project)", remedy: .listFetchedRuns) }
        return groups ?? FailureGroups(run: nil, groups: [])
    }
}
