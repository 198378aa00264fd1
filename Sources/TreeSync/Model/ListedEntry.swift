import Glibc

/// One entry of a listing: where its name and target lie in the listing's bytes, and what `stat` says of it.
struct ListedEntry: Sendable {
    var nameStart: UInt32
    var nameLength: UInt16
    var targetLength: UInt16 = 0
    var targetStart: UInt32 = 0
    var kind: EntryKind = .skipped
    /// On a receiver: the rules in its own copies of the rule files exclude it, so it was not descended into.
    /// On a sender: the rules exclude it, but git tracks it.
    var isExcluded = false
    /// Permission bits, `0o7777`.
    var mode: UInt16 = 0
    var nanoseconds: UInt32 = 0
    /// Modification time since 1970.
    var seconds: Int64 = 0
    /// Of a file or link that has more names than one: what it is on its disk; else 0.
    var inode: UInt64 = 0
    var device: UInt64 = 0
    /// How it is told of in a manifest.
    var linkage = Linkage.single

    enum Linkage: Sendable, Hashable {
        case single
        /// Its first name; others follow, perhaps.
        case first
        /// One more name of the entry with this number.
        case another(Int)
    }
    /// Of a file, in bytes; else 0.
    var size: UInt64 = 0

    init(nameStart: Int, nameLength: Int) {
        self.nameStart = UInt32(truncatingIfNeeded: nameStart)
        self.nameLength = UInt16(truncatingIfNeeded: nameLength)
    }

    mutating func set(from status: stat) {
        mode = UInt16(status.st_mode & 0o7777)
        seconds = Int64(status.st_mtim.tv_sec)
        nanoseconds = UInt32(truncatingIfNeeded: status.st_mtim.tv_nsec)
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            kind = .file
            size = UInt64(max(0, status.st_size))
            if status.st_nlink > 1 { (inode, device) = (UInt64(status.st_ino), UInt64(status.st_dev)) }
        case S_IFDIR: kind = .directory
        case S_IFLNK:
            kind = .link
            if status.st_nlink > 1 { (inode, device) = (UInt64(status.st_ino), UInt64(status.st_dev)) }
        default: kind = .skipped
        }
    }

    var attributes: Attributes { Attributes(mode: mode, seconds: seconds, nanoseconds: nanoseconds) }
}
