import Glibc
import Platform

/// Decides whether a tree may have a workspace: it must be the tree's own, or nobody's.
public struct WorkspaceGate: Sendable {
    let request: WorkspaceRequest
    let state: String
    /// As it was asked for, absolute.
    let asked: String
    /// The real path.
    public let folder: String

    /// - Parameters:
    ///   - path: absolute.
    ///   - state: the folder of agents and runs.
    /// - Throws: ``FleetError`` `untrusted` or `invalid` for a folder that cannot be a workspace, whatever is in it.
    public init(_ request: WorkspaceRequest, path: String, state: String) throws(FleetError) {
        self.request = request
        self.state = state
        asked = path
        try FolderTrust.checkWorkspace(path)
        folder = RealPath.of(path)
        try checkOverlap()
        switch ProtectedFolder.verdict(folder, state: state) {
        case .free: break
        case .never(let why): throw refusal(why)
        case .unlessTakenOver(let why):
            if !request.takesOver { throw refusal(why, .takeOver) }
        }
    }

    private func refusal(_ why: String, _ remedy: Remedy = .otherWorkspace) -> FleetError {
        FleetError(.invalid, "cannot use \(named) as workspace: \(why)", remedy: remedy)
    }

    private var named: String { asked == folder ? asked : "\(asked) (\(folder))" }

    private func checkOverlap() throws(FleetError) {
        guard let source = request.source, let origin = request.origin else { return }
        let exists = FolderIdentity(path: folder) != nil
        switch FolderPlace(path: folder).relation(to: source, exists: exists) {
        case .apart: return
        case .same: throw refusal("it is the source \(origin.path) itself")
        case .around: throw refusal("the source \(origin.path) lies in it and would be deleted")
        case .within: throw refusal("it lies in the source \(origin.path) and would be sent to itself")
        }
    }

    /// Makes the folders above the folder.
    public func makeFoldersAbove() throws(FleetError) { try make(upTo: folder.lastIndex(of: "/") ?? folder.startIndex) }

    /// Makes the folder and those above it.
    public func makeFolder() throws(FleetError) { try make(upTo: folder.endIndex) }

    private func make(upTo last: String.Index) throws(FleetError) {
        var index = folder.startIndex
        while index < last {
            let end = folder[folder.index(after: index)...].firstIndex(of: "/") ?? folder.endIndex
            guard mkdir(String(folder[..<end]), 0o777) == 0 || errno == EEXIST else {
                throw .system("make the workspace \(named)")
            }
            index = end
        }
    }

    /// Whether the folder is there.
    public var exists: Bool { FolderIdentity(path: folder) != nil }

    /// What a workspace is to the tree that asks for it.
    public enum Standing: Sendable, Equatable {
        /// Nothing is in it, and nobody's tree was.
        case empty
        case own
        /// Made by an older release, that left no mark, from this very tree.
        case former
        case takenOver
    }

    /// - Parameters:
    ///   - mark: what the workspace remembers.
    /// - Throws: ``FleetError`` `otherTree` or `invalid`.
    public func standing(mark: TreeOrigin?) throws(FleetError) -> Standing {
        guard let origin = request.origin else { return .own }
        if let mark {
            if origin.isSame(as: mark) || request.succeeds == mark { return .own }
            if request.takesOver { return .takenOver }
            throw FleetError(.otherTree, "cannot use \(named) as workspace of \(origin.description): it belongs to \(mark.description)",
                             remedy: .takeOver)
        }
        let names: [[UInt8]]
        do { names = try Path(folder).names() } catch {
            if errno == ENOENT { return .empty }
            throw error
        }
        if names.isEmpty { return .empty }
        if isOurs && agrees { return .former }
        if request.takesOver { return .takenOver }
        let what = names.contains(Array(".git".utf8)) ? "it is a git repository" : "it is not empty"
        let whose = isOurs ? "an older release synced another tree there, or an older state of this one" : "no sync has made it"
        throw refusal("\(what), and \(whose): what is not in \(origin.description) would be deleted", .takeOver)
    }

    /// Whether the tree may use what is there as it is: nothing is deleted then, so that a folder which no sync has made will do.
    /// - Parameters:
    ///   - mark: what the workspace remembers.
    /// - Throws: ``FleetError`` `otherTree`.
    public func checkUse(mark: TreeOrigin?) throws(FleetError) {
        if mark != nil { _ = try standing(mark: mark) }
    }

    // MARK: workspaces without a mark

    /// Whether an older release has synced there: it left a lock named after the path, or a run of what it had brought. A run without a
    /// sync tells nothing: its user may have filled the folder himself.
    private var isOurs: Bool {
        if (Path(state).absolute / "locks" / PathAsName.of(asked)).exists { return true }
        let runs = (try? RunDirectory.list(state: state)) ?? []
        return runs.contains { id in
            guard let spec = try? RunDirectory.open(state: state, id: id).spec else { return false }
            return spec.workspace == asked && spec.source?.treeDigest != nil
        }
    }

    /// Whether the files that both have are plainly the same: a sync gives a file the time of its source to the nanosecond.
    private var agrees: Bool {
        var same = 0, other = 0
        for sample in request.samples ?? [] {
            guard let there = SourceSample(sample.path, in: folder) else { continue }
            if there == sample { same += 1 } else { other += 1 }
        }
        return same > 0 && same >= other
    }
}
