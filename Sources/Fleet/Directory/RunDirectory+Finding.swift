import Glibc
import Platform
import Synchronization

extension RunDirectory {
    /// The time of the last name, in microseconds since 1970.
    private static let lastID = Mutex<UInt64>(0)

    /// A name for a run that begins now: sorts by time (UTC, with microseconds), with four random characters against
    /// a run that another process makes in the same one. `20261121-013000.123456-k3f9`; names of older releases have no
    /// fraction, and sort before those of the same second that have one.
    public static func newID() -> String {
        let now = lastID.withLock { last in
            last = max(last + 1, UInt64(Clock.now * 1e6))
            return last
        }
        return id(microseconds: now)
    }

    static func id(microseconds: UInt64) -> String {
        var seconds = time_t(microseconds / 1_000_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let letters = Array("abcdefghijkmnpqrstuvwxyz23456789")
        let suffix = String((0..<4).compactMap { _ in letters.randomElement() })
        let padded = { (number: Int, width: Int) in String(repeating: "0", count: max(0, width - "\(number)".count)) + "\(number)" }
        let date = padded(Int(parts.tm_year) + 1900, 4) + padded(Int(parts.tm_mon) + 1, 2) + padded(Int(parts.tm_mday), 2)
        let clock = padded(Int(parts.tm_hour), 2) + padded(Int(parts.tm_min), 2) + padded(Int(parts.tm_sec), 2)
        return "\(date)-\(clock).\(padded(Int(microseconds % 1_000_000), 6))-\(suffix)"
    }

    /// The run that is meant.
    /// - Throws: ``FleetError`` `noSuchRun`, which names runs of other sources where there are some.
    public static func find(state: String, _ choice: RunChoice) throws(FleetError) -> RunDirectory {
        if let name = choice.name { return try open(state: state, id: name) }
        if let found = try latest(state: state, workspace: choice.workspace) { return found }
        let others = try elsewhere(state: state, workspace: choice.workspace, orLatest: true)
        guard let workspace = choice.workspace, !others.isEmpty else {
            throw FleetError(.noSuchRun, "cannot find a run: there is none yet", remedy: .startRun)
        }
        throw FleetError(.noSuchRun, "cannot find a run of this project: there is none in \(workspace) yet; "
            + "of other projects there is \(others.prefix(3).map(\.words).joined(separator: ", "))", remedy: .startOrNameRun)
    }

    /// The live run, else the latest.
    /// - Parameter workspace: only runs of these sources.
    private static func latest(state: String, workspace: String?) throws(FleetError) -> RunDirectory? {
        let place = workspace.map { Path($0).canonical }
        var latest: RunDirectory?
        for id in try list(state: state).reversed() {
            guard let directory = try? open(state: state, id: id), directory.isOf(place) else { continue }
            if try directory.isSupervised() { return directory }
            if latest == nil { latest = directory }
        }
        return latest
    }

    private func isOf(_ place: Path?) -> Bool {
        guard let place else { return true }
        return Path(spec.workspace) == place || Path(spec.workspace).canonical == place
    }

    /// The live runs of other sources, latest first.
    /// - Parameter orLatest: the latest of others where none is live.
    public static func elsewhere(state: String, workspace: String?, orLatest: Bool = false) throws(FleetError) -> [RunNote] {
        guard let place = workspace.map({ Path($0).canonical }) else { return [] }
        var latest: RunNote?
        var notes: [RunNote] = []
        for id in try list(state: state).reversed() where notes.count < 20 {
            // Most runs have ended, which is told sooner than whose they were.
            let isLive = isLive(state, id)
            guard isLive || (orLatest && latest == nil && notes.isEmpty), let directory = try? open(state: state, id: id), !directory.isOf(place) else { continue }
            if isLive { notes.append(directory.note(isLive: true)) } else { latest = directory.note(isLive: false) }
        }
        return notes.isEmpty ? [latest].compactMap(\.self) : notes
    }

    private static func isLive(_ state: String, _ id: String) -> Bool {
        let layout = RunLayout(root: Path(runsFolder(state: state)) / id)
        return (try? File(layout.runLock, O_RDONLY).isLockedElsewhere()) ?? false || layout.hasJobs
    }

    private func note(isLive: Bool) -> RunNote { RunNote(id: spec.id, project: spec.projectName, startedBy: spec.startedBy, isLive: isLive) }

    /// The run that uses the sources of `workspace` now, if any.
    public static func live(state: String, workspace: String) throws(FleetError) -> RunDirectory? {
        let place = Path(workspace).canonical, folder = FolderIdentity(path: workspace)
        for id in try list(state: state) where isLive(state, id) {
            guard let directory = try? open(state: state, id: id) else { continue }
            let other = directory.spec.workspace
            if directory.isOf(place) || other == workspace { return directory }
            if let folder, FolderIdentity(path: other)?.isSame(as: folder) == true { return directory }
        }
        return nil
    }

    /// The log of a worker, or of the supervisor. It need not exist yet.
    public func logPath(worker: Int?) -> String {
        guard let worker else { return layout.supervisorLog.text }
        // The latest life of the element that has it.
        let node = NodeFolder.all(layout).last { $0.note.workerNumbers.contains(worker) }
        return (node.map { $0.layout.workerLog(worker - $0.note.firstWorker) } ?? layout.workerLog(worker)).text
    }
}
