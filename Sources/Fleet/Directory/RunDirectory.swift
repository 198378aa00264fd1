import Glibc
import Platform

/// A run on disk. Everything that is known about it is here; any process of the host may open it, and whoever looks
/// at it disturbs nobody.
public struct RunDirectory: Sendable {
    /// Absolute.
    public let path: String
    /// What the run is asked to do, with what a resume has changed.
    public private(set) var spec: RunSpec
    let layout: RunLayout
    /// The element of a cluster's job that this process belongs to.
    var node: NodeNote?

    /// The folder that holds the runs of a state folder.
    public static func runsFolder(state: String) -> String { (Path(state).absolute / "runs").text }

    /// Makes the run `spec.id` under `state`: built beside its place and renamed into it, so that it is whole or not there.
    /// - Parameter known: what is known to fail.
    /// - Throws: ``FleetError``: `invalid` for a specification that cannot be run, `noFiles` for an empty suite,
    ///   `runExists`, `system`.
    public static func create(state: String, spec: RunSpec, suite: Suite, known: KnownFailures? = nil) throws(FleetError) -> RunDirectory {
        try spec.check()
        try spec.checkCommand()
        guard !suite.files.isEmpty else { throw FleetError(.noFiles, "cannot make a run: the suite has no files") }
        let runs = Path(runsFolder(state: state))
        try runs.makeFolders()
        let target = runs / spec.id
        guard !target.exists else { throw exists(spec.id) }
        UnfinishedRun.sweep(runs)
        MemoryGroups.sweep(runs, ends: false)
        compact(state: state, limit: 3)
        let building = UnfinishedRun.folder(of: spec.id, in: runs)
        building.removeTree()
        do {
            try build(RunLayout(root: building), spec, suite, known)
            try building.rename(to: target)
        } catch {
            building.removeTree()
            throw target.exists ? exists(spec.id) : error
        }
        try? runs.syncFolder()
        return try open(path: target.text)
    }

    private static func exists(_ id: String) -> FleetError {
        FleetError(.runExists, "cannot make the run \(id): it exists already; resume it or choose another id")
    }

    private static func build(_ layout: RunLayout, _ spec: RunSpec, _ suite: Suite, _ known: KnownFailures?) throws(FleetError) {
        try layout.root.makeFolder(mayExist: false)
        for folder in layout.folders { try folder.makeFolder() }
        try layout.spec.replace(with: JSON.encode(spec))
        if let known { try layout.knownFailures.replace(with: JSON.encode(known)) }
        if let context = spec.context { try layout.configuration.replace(with: Array(context.configuration.utf8)) }
        try layout.manifest.replace(with: Manifest.encode(suite.files))
        try Cursor.create(layout.cursor)
        try FileGroups.create(layout, spec)
        try Scoreboard.create(layout.scoreboard, workers: spec.workers)
        try File(layout.supervisorLock, O_WRONLY | O_CREAT | O_EXCL).sync()
        try layout.root.syncFolder()
    }

    /// Opens an existing run by its folder.
    /// - Parameter node: the folder of the element of a cluster's job that is to be seen as this process's own.
    /// - Throws: ``FleetError``: `noSuchRun`, `corrupt`, `system`.
    public static func open(path: String, node: String? = nil) throws(FleetError) -> RunDirectory {
        let root = Path(path).absolute
        let whole = RunLayout(root: root), layout = node.map { whole.node($0) } ?? whole
        guard layout.spec.exists else {
            if errno == ENOENT || errno == ENOTDIR { throw FleetError(.noSuchRun, "cannot open the run at \(path): it is not there", remedy: .listRuns) }
            throw .system("open the run at \(path)")
        }
        let spec = try revised(JSON.decode(RunSpec.self, try layout.spec.contents(limit: 64 << 20), layout.spec), layout)
        try spec.check()
        return RunDirectory(path: root.text, spec: spec, layout: layout, node: node == nil ? nil : try NodeNote.read(layout))
    }

    /// Opens the run `id` of a state folder.
    public static func open(state: String, id: String) throws(FleetError) -> RunDirectory {
        guard RunSpec.isValid(id: id) else { throw FleetError(.noSuchRun, "cannot open the run '\(id)': that is not the name of a run", remedy: .listRuns) }
        return try open(path: (Path(runsFolder(state: state)) / id).text)
    }

    /// The ids of the runs of a state folder, oldest first (ids sort by time). None when there is no such folder.
    public static func list(state: String) throws(FleetError) -> [String] {
        let runs = Path(runsFolder(state: state))
        guard runs.exists else { return [] }
        return try runs.names().map { String(decoding: $0, as: UTF8.self) }.filter { RunSpec.isValid(id: $0) }.sorted()
    }

    /// The same with what its engine is given and `spec.json` has not, from this process's environment.
    /// - Parameter moves: takes it out there, so that what this process starts does not see it twice.
    func withSecrets(moves: Bool = true) -> RunDirectory {
        var copy = self
        copy.spec.engine = spec.engine.with(.fromEnvironment(for: spec.engine, moves: moves))
        return copy
    }

    /// Takes what the engine is given out of texts, in a process that has it.
    var redaction: Redaction { EngineSecrets(spec.engine.with(.fromEnvironment(for: spec.engine, moves: false))).redaction }

    /// Its files.
    /// - Throws: ``FleetError``: `corrupt`, `system`.
    public func manifest() throws(FleetError) -> Manifest { try Manifest(layout.manifest) }

    /// Whether a supervisor is at work, or may be on a cluster. Told from its lock, which ends with it whatever ends it.
    public func isSupervised() throws(FleetError) -> Bool { try isLookedAfter() || hasJobs }

    /// Whether somebody holds the lock of the whole run.
    func isLookedAfter() throws(FleetError) -> Bool { try File(layout.runLock, O_RDONLY).isLockedElsewhere() }

    /// Whether the run is on a cluster, and nobody on a login node looks after it.
    public var isLeft: Bool { hasJobs && (try? isLookedAfter()) == false }

    /// Whether jobs of the run were handed to a cluster and it has not ended: they may wait there or be at work, whoever looks after them.
    var hasJobs: Bool { layout.hasJobs }

    /// How the run ended, or `nil` while it has not.
    public func summary() throws(FleetError) -> RunSummary? {
        guard layout.summary.exists else { return nil }
        return try JSON.decode(RunSummary.self, try layout.summary.contents(limit: 1 << 20), layout.summary)
    }

    /// The published record of a file, with all its details; `nil` while it has none.
    /// - Parameter iteration: the round of a soak run, from 1.
    public func record(_ id: Int, iteration: Int = 1) throws(FleetError) -> FileRecord? {
        try record(at: Positions(try manifest(), spec).position(id, iteration: iteration))
    }

    func record(at position: Int) throws(FleetError) -> FileRecord? {
        var line = try Results(layout: layout).recordLine(position)
        if line == nil { line = try completeLine(position) }
        if line == nil { line = try KnownRecords(layout).entries.first { $0.head.id == position }.map { Array($0.line) } }
        guard let line else { return nil }
        return try JSON.decode(FileRecord.self, line, layout.result(position))
    }
}
