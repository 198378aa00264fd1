import Platform

/// How many files this process may have open. The usual soft limit of 1,024 is for programs that use select(2).
public enum DescriptorLimit {
    /// The fewest that a sync does with, on either side: its channel, what each thread reads and writes, and the way there.
    public static let least = 64

    /// - Parameter who: what may not have enough: "slt-remote", "the receiver".
    /// - Throws: ``SyncError`` where this process may have fewer files open than a sync needs.
    public static func check(for who: String) throws(SyncError) {
        guard raised < least else { return }
        throw SyncError(.resources, "cannot begin: \(who) may have \(raised) files open at once and needs \(least); raise the limit where it runs (ulimit -n) and try again")
    }

    /// Of the descriptors that a sync needs not at any rate, one for each of `shares`.
    static func share(_ shares: Int, atLeast few: Int, atMost many: Int) -> Int { min(many, max(few, (raised - 40) / shares)) }

    /// The limit, after an attempt to raise it as far as the hard limit allows, though not so far that programs
    /// started later would suffer from it.
    static let raised = ResourceLimit.openFiles(raisedTo: most).now

    private static let most = 8192
}
