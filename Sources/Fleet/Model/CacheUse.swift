/// What a run took from the verdicts of earlier ones.
public struct CacheUse: Codable, Sendable, Equatable {
    /// Files that were not run, because they have passed with the same inputs.
    public var taken: Int
    /// Files that have, and were run again to prove it.
    public var audited: Int
    /// Audited files that came out otherwise; the first 100.
    public var differing: [CacheDifference]?
    /// Files that passed and whose verdict cannot be kept.
    public var excluded: Int?
    /// Why nothing is taken and kept.
    public var reason: String?

    /// Counts, or the reason why there are none.
    public init(taken: Int = 0, audited: Int = 0, reason: String? = nil) {
        self.taken = taken
        self.audited = audited
        self.reason = reason
    }

    /// How many differing files are named.
    public static let differencesKept = 100
}

/// A file whose verdict was not the one that was kept of it.
public struct CacheDifference: Codable, Sendable, Equatable {
    /// Relative to the workspace.
    public var file: String
    /// In one line.
    public var message: String
    /// Each parameter is the property of the same name.
    public init(file: String, message: String) {
        self.file = file
        self.message = message
    }
}
