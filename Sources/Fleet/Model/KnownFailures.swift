/// What is known to fail, and not to be run, when a run starts: `known-failures.json` in the run directory. The run is judged by it, whenever that is.
public struct KnownFailures: Codable, Sendable, Equatable {
    /// Of this format.
    public var version = 1
    public var failures: [KnownFailure]
    /// Files that are known to be kept out.
    public var keptOut: [PinnedFiles]
    /// Outcomes whose files are pinned: one that is not among ``keptOut`` is not expected.
    public var pinned: [Outcome]

    /// The most entries, of failures and kept-out files together: the list goes to the host in one message.
    public static let most = 20_000

    /// Each parameter is the property of the same name.
    public init(failures: [KnownFailure] = [], keptOut: [PinnedFiles] = [], pinned: [Outcome] = []) {
        self.failures = failures
        self.keptOut = keptOut
        self.pinned = pinned
    }

    /// Whether it says nothing.
    public var isEmpty: Bool { failures.isEmpty && keptOut.isEmpty && pinned.isEmpty }
}

/// A failure that is known, with why.
public struct KnownFailure: Codable, Sendable, Equatable {
    /// Relative to the workspace.
    public var file: String
    /// `fail` for a record of the file, or where the run cannot name its records; else how the file as a whole ends.
    public var outcome: Outcome
    /// Which record; `nil` where the file as a whole is meant.
    public var record: RecordIdentity?
    /// The kind of failure of the record: another one is not known.
    public var kind: FailureKind?
    /// Why it is not mended yet.
    public var reason: String?
    /// Where that is followed, mostly a link.
    public var issue: String?
    /// The last day on which it is known, `2026-12-31`.
    public var expires: String?

    /// Each parameter is the property of the same name.
    public init(file: String, outcome: Outcome = .fail, record: RecordIdentity? = nil, kind: FailureKind? = nil, reason: String? = nil, issue: String? = nil,
                expires: String? = nil) {
        self.file = file
        self.outcome = outcome
        self.record = record
        self.kind = kind
        self.reason = reason
        self.issue = issue
        self.expires = expires
    }

    /// - Parameter day: `2026-12-31`, in UTC.
    public func isExpired(on day: String) -> Bool { expires.map { $0 < day } ?? false }
}

/// Files that are known not to be run.
public struct PinnedFiles: Codable, Sendable, Hashable {
    /// A glob, relative to the workspace.
    public var files: String
    /// `blocked`, `skipped` or `unsupported`.
    public var outcome: Outcome
    /// Why, for people.
    public var reason: String?

    /// Each parameter is the property of the same name.
    public init(files: String, outcome: Outcome, reason: String? = nil) {
        self.files = files
        self.outcome = outcome
        self.reason = reason
    }
}
