public import Fleet
import FoundationEssentials
import Glibc
import Platform

/// What somebody types to mean a run that is on this machine.
///
/// It is the name of a fetched run, or the beginning of one that no other has; with the host before it, as in `sandbox/20261121-…`, where
/// several hosts have it; or a path: of a run's own folder, or of a bundle.
public enum RunReference {
    /// - Parameters:
    ///   - text: as it was typed; relative paths start where the process stands.
    ///   - catalog: where fetched runs are.
    /// - Throws: ``RemoteError`` `usage` where nothing is meant, or several runs are.
    public static func resolve(_ text: String, in catalog: RunCatalog = RunCatalog()) throws(RemoteError) -> RunFolder {
        guard !text.isEmpty, !text.utf8.contains(0) else { throw RemoteError(.usage, "cannot find the run '\(text)': that is no name of a run", remedy: .listFetchedRuns) }
        let path = LocalPath.normalized(TypedPath.absolute(text))
        switch kind(of: path) {
        case S_IFDIR where access(path + "/spec.json", F_OK) == 0: return try RunFolder(path: path)
        case S_IFDIR where text.contains("/") || text.hasPrefix("."):
            throw RemoteError(.usage, "cannot read the run in \(text): there is no spec.json; name a run's own folder")
        case S_IFREG: return try bundle(path, named: text)
        case nil where text.hasSuffix(RunBundle.ending): throw RemoteError(.usage, "cannot read the bundle \(text): there is no such file")
        default: break
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.last, !name.isEmpty else { throw RemoteError(.usage, "cannot find the run '\(text)': nothing is there") }
        return try found(catalog.places().filter { $0.id.hasPrefix(name) && (parts.count == 1 || $0.host == parts[0]) }, String(name), text)
    }

    /// The latest full runs on this machine, the newest first: those that ran the whole suite and have a record of every file.
    /// - Parameters:
    ///   - project: only runs of this project; `nil` for those of all.
    ///   - engine: only runs on this kind of engine; `nil` for that of `run`, or for all.
    ///   - host: only runs of this host; `nil` for those of all.
    ///   - run: only runs that were made before this one.
    public static func lastFull(of project: String?, engine: EngineSpec.Kind? = nil, on host: String? = nil, before run: RunFolder? = nil,
                                in catalog: RunCatalog = RunCatalog(), count: Int = 1) -> [RunFolder] {
        let engine = engine ?? run?.spec.engine.kind
        return latest(of: project, on: host, in: catalog, count: count, before: run) { $0.isFull && (engine == nil || $0.spec.engine.kind == engine) }
    }

    /// The latest run on this machine, whatever came of it.
    public static func latest(of project: String?, on host: String? = nil, in catalog: RunCatalog = RunCatalog()) -> RunFolder? {
        latest(of: project, on: host, in: catalog, count: 1) { _ in true }.first
    }

    // MARK: finding

    private static func latest(of project: String?, on host: String?, in catalog: RunCatalog, count: Int, before limit: RunFolder? = nil,
                               where isMeant: (RunFolder) -> Bool) -> [RunFolder] {
        let folder = host.map { LocalPath.lastPart(ResultsFolder.standard(host: $0)) }
        var found: [RunFolder] = []
        for place in catalog.places().reversed() where folder == nil || place.host == folder {
            guard found.count < count else { break }
            if let limit, place.id >= limit.spec.id { continue }
            // A folder that cannot be read does not hide the others.
            guard let run = try? RunFolder(path: place.path), project == nil || run.project == project, isMeant(run) else { continue }
            found.append(run)
        }
        return found
    }

    private static func found(_ places: [RunCatalog.Place], _ name: String, _ text: String) throws(RemoteError) -> RunFolder {
        let exact = places.filter { $0.id == name }
        let meant = exact.isEmpty ? places : exact
        guard let first = meant.first else {
            throw RemoteError(.usage, "cannot find the run '\(text)': no fetched run has a name that begins like this", remedy: .listFetchedRuns)
        }
        guard meant.count == 1 else {
            let names = meant.suffix(shown).reversed().map { "\($0.host)/\($0.id)" }.joined(separator: ", ")
            throw RemoteError(.usage, "cannot tell which run '\(text)' is: \(meant.count) are meant, such as \(names)", remedy: .advice("write more of the name, or HOST/NAME"))
        }
        return try RunFolder(path: first.path)
    }

    private static let shown = 3

    private static func bundle(_ path: String, named text: String) throws(RemoteError) -> RunFolder {
        guard path.hasSuffix(RunBundle.ending) else { throw RemoteError(.usage, "cannot read a run from the file \(text): name a bundle, which ends in \(RunBundle.ending), or a run's own folder") }
        return try RunFolder(path: path)
    }

    /// `S_IFDIR` and so on; `nil` where nothing is.
    private static func kind(of path: String) -> mode_t? {
        var info = stat()
        return stat(path, &info) == 0 ? info.st_mode & S_IFMT : nil
    }
}

extension RunFolder {
    /// The name of the project; of runs of older releases, that of the folder that they ran in.
    public var project: String { spec.projectName }
}

extension RunSpec {
    var projectName: String { project ?? LocalPath.lastPart(workspace) }
}

extension Configuration {
    /// The name of the project, as its runs have it.
    public var projectName: String { LocalPath.lastPart(sync.source) }
}
