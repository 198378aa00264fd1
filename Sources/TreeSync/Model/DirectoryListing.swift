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
    /// Where it is the top of a repository other than the root's: what holds in it.
    var inner: RepositoryRules?
    /// Whether it holds a `.git`, which is never listed.
    var holdsRepository = false
    /// On a sender: the rules exclude the folder, and only what git tracks of it is listed. The receiver protects the rest.
    var isExcluded = false
    /// Why the folder cannot be read, if it cannot.
    var failure: Errno?
    /// Entries that could not be looked at, with the reason.
    var problems: [SyncProblem] = []

    /// Whether permissions keep us from seeing all of it.
    var isShut: Bool { failure?.code == EACCES || hidesEntries }
    /// Whether permissions keep us from looking at its entries.
    var hidesEntries = false

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

    static func compare(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Int {
        left.withUnsafeBytes { left in right.withUnsafeBytes { compare(left, $0) } }
    }

    /// Where the entry of this name is in ``entries``.
    func index(of name: ArraySlice<UInt8>) -> Int? {
        var low = 0, high = entries.count
        while low < high {
            let middle = (low + high) / 2
            let order = Self.compare(self.name(entries[middle]), name)
            if order == 0 { return middle }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
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
