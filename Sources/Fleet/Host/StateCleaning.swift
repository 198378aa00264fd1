import Glibc
import Platform

/// Something in a state folder that nobody needs any more.
public struct UnneededItem: Codable, Sendable, Equatable {
    /// What it is.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// The worker of another release, which no process is.
        case agent
        /// What is left of a run that was being made or removed.
        case unfinishedRun = "unfinished-run"
        /// What a run keeps only while it goes on.
        case endedRun = "ended-run"
        /// Durations and verdicts of the files of a workspace that is gone.
        case history
        /// What was synced into a workspace that is gone.
        case stamp
        /// The log of a build that no run took.
        case buildLog = "build-log"
        /// A workspace that a tree has for itself, which is gone or was not used for long.
        case treeWorkspace = "tree-workspace"
        /// A workspace of a bisect that nobody is at work with.
        case bisectWorkspace = "bisect-workspace"
        /// A run of such a bisect.
        case bisectRun = "bisect-run"
    }

    /// What it is.
    public var kind: Kind
    /// Absolute.
    public var path: String
    /// What it takes on the disk, in bytes.
    public var bytes: Int
    /// Why it could not be removed.
    public var refusal: String?

    /// Each parameter is the property of the same name.
    package init(kind: Kind, path: String, bytes: Int, refusal: String? = nil) {
        self.kind = kind
        self.path = path
        self.bytes = bytes
        self.refusal = refusal
    }
}

/// Finds what older releases and killed processes have left in a state folder. Sources and runs are not among it.
public enum StateCleaning {
    /// Seconds after which a build log is waited for by no run.
    private static let buildPatience = 86400.0

    /// - Parameters:
    ///   - state: the folder of agents and runs.
    ///   - agents: the digests of agents that stay.
    ///   - isDryRun: only says what would be removed.
    public static func run(state: String, keeping agents: [String], isDryRun: Bool) -> [UnneededItem] {
        let root = Path(state).absolute
        var items = Self.agents(root, agents) + UnfinishedRun.left(root / "runs").map { item(.unfinishedRun, $0) }
        items += histories(root) + stamps(root) + builds(root)
        if !isDryRun { for index in items.indices { remove(&items[index]) } }
        return items + endedRuns(state, isDryRun: isDryRun)
    }

    private static func item(_ kind: UnneededItem.Kind, _ path: Path) -> UnneededItem { UnneededItem(kind: kind, path: path.text, bytes: path.bytesOnDisk) }

    private static func children(_ folder: Path) -> [Path] { ((try? folder.names()) ?? []).sorted { $0.lexicographicallyPrecedes($1) }.map { folder / $0 } }

    private static func remove(_ item: inout UnneededItem) {
        Path(item.path).removeTree()
        if Path(item.path).exists { item.refusal = "it could not be removed" }
    }

    // MARK: kinds

    private static func agents(_ root: Path, _ kept: [String]) -> [UnneededItem] {
        let running = programs()
        return children(root / "agents").filter { folder in
            let start = folder.bytes + [UInt8(ascii: "/")]
            return !kept.contains { folder.name.elementsEqual($0.utf8) } && isDigest(folder.name) && !running.contains { $0.starts(with: start) }
        }.map { item(.agent, $0) }
    }

    /// An upload that is under way has another name.
    private static func isDigest(_ name: ArraySlice<UInt8>) -> Bool { name.count == 64 && name.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) } }

    /// The programs of all processes that this user can see.
    private static func programs() -> [[UInt8]] {
        ((try? Path("/proc").names()) ?? []).compactMap { name -> [UInt8]? in
            guard decimal(name) != nil else { return nil }
            var buffer = [CChar](repeating: 0, count: 4096)
            let count = (Path("/proc") / name / "exe").withCString { readlink($0, &buffer, buffer.count) }
            return count > 0 ? buffer.prefix(count).map { UInt8(bitPattern: $0) } : nil
        }
    }

    private static func histories(_ root: Path) -> [UnneededItem] {
        (children(root / "history") + children(root / "verdicts")).filter { path in
            guard let file = File(ifPossible: path, O_RDONLY), let head = try? file.read(8192, at: 0) else { return false }
            let lines = head.split(separator: UInt8(ascii: "\n"), maxSplits: 3, omittingEmptySubsequences: false)
            return lines.count == 4 && lines[2].first == UInt8(ascii: "/") && !Path(Array(lines[2])).exists
        }.map { item(.history, $0) }
    }

    private static func stamps(_ root: Path) -> [UnneededItem] {
        children(root / "sources").filter { path in
            guard let bytes = try? path.contents(limit: 1 << 20), let stamp = try? JSON.decode(SourceStamp.self, bytes, path) else { return false }
            return stamp.workspace.hasPrefix("/") && !Path(stamp.workspace).exists
        }.map { item(.stamp, $0) }
    }

    private static func builds(_ root: Path) -> [UnneededItem] {
        children(root / "builds").filter { path in
            guard let info = path.status(followingLinks: false) else { return false }
            return Clock.now - Double(info.st_mtim.tv_sec) > buildPatience
        }.map { item(.buildLog, $0) }
    }

    /// Runs of older releases, and such whose supervisor was killed at the very end.
    private static func endedRuns(_ state: String, isDryRun: Bool) -> [UnneededItem] {
        RunDirectory.uncompacted(state: state).compactMap { directory in
            let before = Path(directory.path).bytesOnDisk
            let rest = directory.bytesOfUnderway
            guard rest > 0 else { return nil }
            if !isDryRun { directory.compactIfEnded() }
            let freed = isDryRun ? rest : before - Path(directory.path).bytesOnDisk
            return freed > 0 ? UnneededItem(kind: .endedRun, path: directory.path, bytes: freed) : nil
        }
    }
}
