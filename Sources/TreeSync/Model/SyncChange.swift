/// One difference between the trees, that a sync removes or, in a dry run, would.
public struct SyncChange: Sendable, Codable, Hashable {
    public enum Kind: UInt8, Sendable, Codable {
        case create = 1
        /// Other content, target or type.
        case update = 2
        case delete = 3
        /// Only mode or modification time.
        case metadata = 4
    }

    /// What differed.
    public struct Differences: OptionSet, Sendable, Codable, Hashable {
        public let rawValue: UInt8

        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// A file's content, or a link's target.
        public static let content = Differences(rawValue: 1)
        public static let size = Differences(rawValue: 2)
        public static let time = Differences(rawValue: 4)
        public static let mode = Differences(rawValue: 8)
        /// Nothing of its type was there.
        public static let isNew = Differences(rawValue: 16)
    }

    public var kind: Kind
    public var type: EntryKind
    /// Empty for the root itself.
    public var path: TreePath
    public var differences: Differences
    /// What a link points to. Of a further name of a file, its first name.
    public var target: TreePath?

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
        guard type == .file else { return "c" }
        return target == nil ? "<" : "h"
    }

    /// A line of rsync's, but for names with bytes that are not shown as they are: those are escaped as ``TreePath`` does it.
    public var itemized: String {
        let name = type == .directory ? "\(path)/" : "\(path)"
        let target = target.map { type == .file ? " => \($0)" : " -> \($0)" } ?? ""
        return "\(letters) \(name)\(kind == .delete ? "" : target)"
    }
}
