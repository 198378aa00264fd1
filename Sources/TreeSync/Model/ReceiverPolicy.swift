/// What a receiver lets any sender do. It is set where the receiver runs and never by the peer.
public struct ReceiverPolicy: Sendable, Hashable {
    /// The most entries of a tree.
    public var entries: Int
    /// The most bytes of file content, by the listing and as received.
    public var bytes: UInt64
    /// The longest path below the root, in bytes.
    public var pathLength: Int
    /// The most bytes of ignore rules.
    public var ruleBytes: Int
    /// The most bytes of all paths and link targets together, each path in full: a bound on what a listing takes in memory.
    public var listingBytes: Int
    /// Whether symbolic links are made; else each is reported as a problem.
    public var allowsLinks: Bool
    /// Whether setuid and setgid bits, and the mode of the root folder itself, are taken from the sender.
    public var allowsSpecialModes: Bool

    /// A policy of one's own. ``trusted`` and ``untrusted`` are good to begin with.
    public init(entries: Int, bytes: UInt64, pathLength: Int, ruleBytes: Int, listingBytes: Int, allowsLinks: Bool, allowsSpecialModes: Bool) {
        self.entries = entries
        self.bytes = bytes
        self.pathLength = pathLength
        self.ruleBytes = ruleBytes
        self.listingBytes = listingBytes
        self.allowsLinks = allowsLinks
        self.allowsSpecialModes = allowsSpecialModes
    }

    /// For a sender who may do on this machine what we may: the user's own client.
    public static let trusted = ReceiverPolicy(entries: 50_000_000, bytes: .max, pathLength: 64 << 10, ruleBytes: 64 << 20,
                                               listingBytes: .max, allowsLinks: true, allowsSpecialModes: true)
    /// For a sender who may be hostile: a host from which results are fetched.
    public static let untrusted = ReceiverPolicy(entries: 2_000_000, bytes: 256 << 30, pathLength: 4096, ruleBytes: 4 << 20,
                                                 listingBytes: 256 << 20, allowsLinks: true, allowsSpecialModes: false)

    var listingIsTooLong: SyncError {
        SyncError(.limit, "cannot take the tree: its paths are longer than \(listingBytes) bytes together; raise the limit or leave some out")
    }

    /// The permission bits that are taken over.
    var modeMask: UInt16 { allowsSpecialModes ? 0o7777 : 0o1777 }
}
