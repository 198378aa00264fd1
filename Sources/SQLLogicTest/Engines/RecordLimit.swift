/// How long one statement may take, and what becomes of the file then.
public struct RecordLimit: Sendable, Equatable {
    /// Seconds on the clock.
    public var seconds: Double
    /// Whether the databases of a program that is ended are still there when it is started again; only for ``ExternalEngine``.
    public var isPersistent: Bool

    /// Each parameter is the property of the same name.
    public init(seconds: Double, isPersistent: Bool = false) {
        self.seconds = seconds
        self.isPersistent = isPersistent
    }

    /// For a failure of a record.
    var words: String {
        let rounded = (seconds * 1000).rounded() / 1000
        return "timeout: ended after \(rounded == rounded.rounded() && rounded < 1e15 ? "\(Int(rounded))" : "\(rounded)") s"
    }
}

/// What the end of a statement at its ``RecordLimit`` has done besides.
public struct Interruption: Sendable, Equatable {
    /// Whether a transaction went with it: what the script did before is not there any more.
    public internal(set) var rolledBack = false
    /// Whether the database is gone, so that the rest of the file means nothing.
    public internal(set) var lostDatabase = false
}
