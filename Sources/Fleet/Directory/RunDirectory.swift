import FoundationEssentials
import Glibc

/// A run on disk. Everything that is known about it is here; any process of the host may open it, and whoever looks
/// at it disturbs nobody.
public struct RunDirectory: Sendable {
    /// Absolute.
    public let path: String
    public let spec: RunSpec
    let layout: RunLayout

    /// The folder that holds the runs of a state folder.
    public static func runsFolder(state: String) -> String { (Path(state).absolute / "runs").text }

    /// Makes the run `spec.id` under `state`: built beside its place and renamed into it, so that it is whole or not there.
    /// - Throws: ``FleetError``: `invalid` for a specification that cannot be run, `noFiles` for an empty suite,
    ///   `runExists`, `system`.
    public static func create(state: String, spec: RunSpec, suite: Suite) throws(FleetError) -> RunDirectory {
        try spec.check()
        guard !suite.files.isEmpty else { throw FleetError(.noFiles, "cannot make a run: the suite has no files") }
        let runs = Path(runsFolder(state: state))
        try runs.makeFolders()
        let target = runs / spec.id
        guard !target.exists else { throw exists(spec.id) }
        UnfinishedRun.sweep(runs)
        MemoryGroups.sweep(runs, ends: false)
        let building = UnfinishedRun.folder(of: spec.id, in: runs)
        building.removeTree()
        do {
            try build(RunLayout(root: building), spec, suite)
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

    private static func build(_ layout: RunLayout, _ spec: RunSpec, _ suite: Suite) throws(FleetError) {
        try layout.root.makeFolder(mayExist: false)
        for folder in layout.folders { try folder.makeFolder() }
        try layout.spec.replace(with: JSON.encode(spec))
        try layout.manifest.replace(with: Manifest.encode(suite.files))
        try Cursor.create(layout.cursor)
        try Scoreboard.create(layout.scoreboard, workers: spec.workers)
        try File(layout.supervisorLock, O_WRONLY | O_CREAT | O_EXCL).sync()
        try layout.root.syncFolder()
    }

    /// Opens an existing run by its folder.
    /// - Throws: ``FleetError``: `noSuchRun`, `corrupt`, `system`.
    public static func open(path: String) throws(FleetError) -> RunDirectory {
        let root = Path(path).absolute
        let layout = RunLayout(root: root)
        guard layout.spec.exists else {
            if errno == ENOENT || errno == ENOTDIR { throw FleetError(.noSuchRun, "cannot open the run at \(path): it is not there; list the runs") }
            throw .system("open the run at \(path)")
        }
        let spec = try JSON.decode(RunSpec.self, try layout.spec.contents(limit: 64 << 20), layout.spec)
        try spec.check()
        return RunDirectory(path: root.text, spec: spec, layout: layout)
    }

    /// Opens the run `id` of a state folder.
    public static func open(state: String, id: String) throws(FleetError) -> RunDirectory {
        guard RunSpec.isValid(id: id) else { throw FleetError(.noSuchRun, "cannot open the run '\(id)': that is no run's name; list the runs") }
        return try open(path: (Path(runsFolder(state: state)) / id).text)
    }

    /// The ids of the runs of a state folder, oldest first (ids sort by time). None when there is no such folder.
    public static func list(state: String) throws(FleetError) -> [String] {
        let runs = Path(runsFolder(state: state))
        guard runs.exists else { return [] }
        return try runs.names().map { String(decoding: $0, as: UTF8.self) }.filter { RunSpec.isValid(id: $0) }.sorted()
    }

    public func manifest() throws(FleetError) -> Manifest { try Manifest(layout.manifest) }

    /// Whether a supervisor is at work. Told from its lock, which ends with it whatever ends it.
    public func isSupervised() throws(FleetError) -> Bool { try File(layout.supervisorLock, O_RDONLY).isLockedElsewhere() }

    /// How the run ended, or `nil` while it has not.
    public func summary() throws(FleetError) -> RunSummary? {
        guard layout.summary.exists else { return nil }
        return try JSON.decode(RunSummary.self, try layout.summary.contents(limit: 1 << 20), layout.summary)
    }

    /// The published record of a file, with all its details; `nil` while it has none.
    /// - Parameter iteration: the round of a soak run, from 1.
    public func record(_ id: Int, iteration: Int = 1) throws(FleetError) -> FileRecord? {
        try record(at: Positions(try manifest(), spec.mode).position(id, iteration: iteration))
    }

    func record(at position: Int) throws(FleetError) -> FileRecord? {
        guard let line = try Results(layout: layout).recordLine(position) else { return nil }
        return try JSON.decode(FileRecord.self, line, layout.result(position))
    }
}

extension RunSpec {
    /// Ids are names of folders and go through shells: letters, digits, `.`, `_` and `-`, not a dot first.
    static func isValid(id: String) -> Bool {
        let first = id.utf8.first
        return !id.isEmpty && id.utf8.count <= 128 && first != UInt8(ascii: ".") && first != UInt8(ascii: "-") && id.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || [0x2E, 0x5F, 0x2D].contains($0)
        }
    }

    func check() throws(FleetError) {
        func invalid(_ why: String) -> FleetError { FleetError(.invalid, "cannot use the run's specification: \(why)") }
        guard RunSpec.isValid(id: id) else { throw invalid("'\(id)' is no run id") }
        guard workers >= 1, workers < Scoreboard.largest else { throw invalid("workers must be 1 to \(Scoreboard.largest - 1)") }
        guard timeBudget > 0, timeBudget.isFinite else { throw invalid("the time budget must be above 0 s") }
        guard fileTimeout > 0, fileTimeout.isFinite else { throw invalid("the file time-out must be above 0 s") }
        guard attempts >= 1, attempts <= 1000 else { throw invalid("attempts must be 1 to 1000") }
        guard (lease ?? 30) > 0, (lease ?? 30).isFinite, (grace ?? 5) >= 0, (grace ?? 5).isFinite else {
            throw invalid("lease and grace must not be negative")
        }
        guard retries ?? 0 >= 0, retries ?? 0 <= 1000 else { throw invalid("retries must be 0 to 1000") }
        guard memoryFloor ?? 0 >= 0 else { throw invalid("the floor of free memory must not be negative") }
        for rule in fileTimeouts ?? [] {
            guard rule.seconds > 0, rule.seconds.isFinite else { throw invalid("the time-out of '\(rule.files)' must be above 0 s") }
            _ = try Glob(rule.files)
        }
        guard memoryLimit ?? 1 > 0 else { throw invalid("the memory limit must be above 0 bytes") }
        guard workspace.utf8.first == UInt8(ascii: "/"), !workspace.utf8.contains(0) else { throw invalid("the workspace must be an absolute path") }
        guard engine.kind != .command || !(engine.command.first ?? "").isEmpty else { throw invalid("engine.command names no program") }
        let strings = engine.command + engine.environment.map { "\($0.key)=\($0.value)" }
        guard !strings.contains(where: { $0.utf8.contains(0) }) else { throw invalid("engine.command holds a NUL") }
    }

    var leaseSeconds: Double { lease ?? 30 }
    var graceSeconds: Double { grace ?? 5 }
}

/// JSON files of the run directory.
enum JSON {
    static func encode(_ value: some Encodable) throws(FleetError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
        } catch {
            throw FleetError(.invalid, "cannot write \(type(of: value)) as JSON: \(error)")
        }
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8], _ path: Path) throws(FleetError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw FleetError(.corrupt, "cannot read \(path.text): it is not what this program writes (\(error))")
        }
    }
}
