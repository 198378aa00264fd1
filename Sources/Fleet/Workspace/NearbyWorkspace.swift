import Glibc

/// A workspace near another one, and how much its files are like those of a source tree.
public struct NearbyWorkspace: Sendable {
    /// Real path.
    public let folder: String
    /// Its tree.
    public let mark: TreeOrigin
    /// When somebody last changed it or ran something there, in seconds since 1970; 0 where that is not known.
    public let lastUse: Double

    /// The workspaces in a folder, by name.
    public static func all(in folder: String, state: String) -> [NearbyWorkspace] {
        let names = ((try? Path(folder).names()) ?? []).map { String(decoding: $0, as: UTF8.self) }.sorted()
        return names.filter { !$0.hasPrefix(".") && !isUnfinished($0) }.compactMap { name in
            let path = "\(folder)/\(name)"
            guard let mark = WorkspaceLock.mark(of: path, state: state) else { return nil }
            return NearbyWorkspace(folder: path, mark: mark, lastUse: WorkspaceLock.lastUse(of: path, state: state))
        }
    }

    /// Copies that are being made, and sources that wait.
    private static func isUnfinished(_ name: String) -> Bool { name.hasSuffix(".copying") || name.contains(".waiting-") || name.contains(".former-") }

    /// Those beside `place`, and beside the folder that it is in, that have half of the source's files or more: the one that is most like it first, of equal ones the
    /// one that was used last.
    public static func like(_ request: WorkspaceRequest, near place: String, state: String) -> [NearbyWorkspace] {
        let parent = Path(place).parent
        let found = all(in: parent.text, state: state) + all(in: parent.parent.text, state: state)
        return found.filter { $0.folder != place }.compactMap { near in near.likeness(request).map { (near, $0) } }
            .sorted { ($0.1, $0.0.lastUse) > ($1.1, $1.0.lastUse) }.map(\.0)
    }

    /// Two for a file that is plainly the same, one for another one of the same size; as many as all files have for the same commit.
    private func likeness(_ request: WorkspaceRequest) -> Int? {
        let samples = request.samples ?? []
        var there = 0, points = 0
        for sample in samples {
            guard let own = SourceSample(sample.path, in: folder) else { continue }
            there += 1
            if own.size == sample.size { points += own.time == sample.time ? 2 : 1 }
        }
        guard there > 0, there * 2 >= samples.count else { return nil }
        if let commit = mark.commit, commit == request.origin?.commit { points += samples.count }
        return points
    }
}
