/// One difference between the trees, that a sync removes or, in a dry run, would.
public struct SyncChange: Sendable, Codable, Hashable {
    /// What happens to a path.
    public enum Kind: UInt8, Sendable, Codable {
        /// Nothing was there.
        case create = 1
        /// Other content, target or type.
        case update = 2
        /// The source does not have it.
        case delete = 3
        /// Only mode or modification time.
        case metadata = 4
    }

    /// What differed.
    public struct Differences: OptionSet, Sendable, Codable, Hashable {
        /// A bit for each difference, as they cross the wire.
        public let rawValue: UInt8

        /// Differences by their bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// A file's content, or a link's target.
        public static let content = Differences(rawValue: 1)
        /// A file's size.
        public static let size = Differences(rawValue: 2)
        /// The modification time.
        public static let time = Differences(rawValue: 4)
        /// The permission bits.
        public static let mode = Differences(rawValue: 8)
        /// Nothing of its type was there.
        public static let isNew = Differences(rawValue: 16)
        /// A link that is one more name of another; ``SyncChange/target`` is that name, as with files.
        public static let isName = Differences(rawValue: 32)
    }

    /// What happens to the path.
    public var kind: Kind
    /// What the path is in the source; of a deletion, what it was.
    public var type: EntryKind
    /// Empty for the root itself.
    public var path: TreePath
    /// In what it differed.
    public var differences: Differences
    /// What a link points to. Of a further name of a file or link, the name that it is linked to.
    public var target: TreePath?

    /// A change; most are made by a sync.
    public init(kind: Kind, type: EntryKind, path: TreePath, differences: Differences = [], target: TreePath? = nil) {
        self.kind = kind
        self.type = type
        self.path = path
        self.differences = differences
        self.target = target
    }
}

extension SyncChange {
    /// The change in rsync's letters, eleven of them, as rsync(1) describes them under `--itemize-changes`, of a push:
    /// `<f.st......`. Contents are known to differ or not to, as with rsync's `--checksum`.
    public var letters: String {
        guard kind != .delete else { return "*deleting  " }
        var attributes = differences.contains(.isNew) ? "+++++++++" : String([
            differences.contains(.content) ? "c" : ".", differences.contains(.size) ? "s" : ".",
            differences.contains(.time) ? "t" : ".", differences.contains(.mode) ? "p" : ".",
        ] as [Character]) + "....."
        // Of what is neither sent nor changed in itself, as rsync has it.
        if attributes == ".........", way != "<" { attributes = "         " }
        return way + (type == .directory ? "d" : type == .link ? "L" : "f") + attributes
    }

    private var way: String {
        if kind == .metadata { return "." }
        if differences.contains(.isName) { return "h" }
        guard type == .file else { return "c" }
        return target == nil ? "<" : "h"
    }

    /// A line of rsync's, but for names with bytes that are not shown as they are: those are escaped as ``TreePath`` does it.
    public var itemized: String {
        let name = type == .directory ? "\(path)/" : "\(path)"
        let target = target.map { type == .file || differences.contains(.isName) ? " => \($0)" : " -> \($0)" } ?? ""
        return "\(letters) \(name)\(kind == .delete ? "" : target)"
    }
}
