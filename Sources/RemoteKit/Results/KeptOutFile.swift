public import Fleet

/// A file of a run that was not run, and why.
public struct KeptOutFile: Codable, Sendable, Equatable {
    /// Relative to the workspace.
    public var path: String
    /// Why, for people.
    public var reason: String
    /// `blocked`, `unsupported` or `skipped`.
    public var outcome: Outcome

    /// A file that was kept out.
    public init(path: String, reason: String, outcome: Outcome = .blocked) {
        self.path = path
        self.reason = reason
        self.outcome = outcome
    }

    /// - Returns: `nil` for a record of a file that was run, or was to be.
    package init?(_ record: FileRecord) {
        guard record.outcome.isKeptOut else { return nil }
        let message = record.message ?? "", mark = "blocked: "
        let isBlocked = message.hasPrefix(mark)
        // Records of older releases name a rule only in their message.
        self.init(path: record.file, reason: isBlocked ? String(message.dropFirst(mark.count)) : message, outcome: isBlocked ? .blocked : record.outcome)
    }
}
