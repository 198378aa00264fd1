/// What an entry of a tree is.
public enum EntryKind: UInt8, Sendable, Codable, Hashable {
    /// A regular file.
    case file = 1
    /// A folder.
    case directory = 2
    /// A symbolic link.
    case link = 3
    /// A FIFO, socket or device, or an entry whose kind cannot be read: never sent, and nothing on the other
    /// side is touched in its place.
    case skipped = 4
}
