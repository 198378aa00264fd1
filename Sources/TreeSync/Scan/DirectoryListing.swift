import Glibc

/// The entries of one folder in the order of their names' bytes.
struct DirectoryListing: Sendable {
    /// The folder's path below the root.
    var path: [UInt8]
    /// All names and link targets.
    var bytes: [UInt8] = []
    var entries: [ListedEntry] = []
    var gitignore: [UInt8]?
    var sltignore: [UInt8]?
    /// Where it is the top of a repository other than the root's: the text of its `info/exclude`.
    var repositoryExcludes: [UInt8]?
    /// Whether it holds a `.git`, which is never listed.
    var holdsRepository = false
    /// On a sender: the rules exclude the folder, and only what git tracks of it is listed. The receiver protects the rest.
    var isExcluded = false
    /// Why the folder cannot be read, if it cannot.
    var failure: Errno?
    /// Entries that could not be looked at, with the reason.
    var problems: [SyncProblem] = []

    init(path: [UInt8]) { self.path = path }

    func name(_ entry: ListedEntry) -> ArraySlice<UInt8> {
        bytes[Int(entry.nameStart)..<Int(entry.nameStart) + Int(entry.nameLength)]
    }

    func target(_ entry: ListedEntry) -> ArraySlice<UInt8> {
        bytes[Int(entry.targetStart)..<Int(entry.targetStart) + Int(entry.targetLength)]
    }

    func path(_ entry: ListedEntry) -> TreePath { TreePath(path).appending(name(entry)) }

    /// Orders two names by their bytes, a prefix first.
    static func compare(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        if let first = left.baseAddress, let second = right.baseAddress {
            let order = memcmp(first, second, min(left.count, right.count))
            if order != 0 { return Int(order) }
        }
        return left.count - right.count
    }

    mutating func sort() {
        bytes.withUnsafeBytes { all in
            func name(_ entry: ListedEntry) -> UnsafeRawBufferPointer {
                UnsafeRawBufferPointer(rebasing: all[Int(entry.nameStart)..<Int(entry.nameStart) + Int(entry.nameLength)])
            }
            entries.sort { Self.compare(name($0), name($1)) < 0 }
        }
    }
}
