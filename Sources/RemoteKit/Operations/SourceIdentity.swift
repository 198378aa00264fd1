import Fleet
import FoundationEssentials
import Glibc
import Platform
import TreeSync

/// The source tree as a workspace remembers it.
struct SourceIdentity {
    let origin: TreeOrigin
    let source: FolderPlace
    let samples: [SourceSample]

    init(_ configuration: Configuration) {
        let path = LocalPath.resolved(configuration.sync.source)
        let file = configuration.projectFile.map { LocalPath.resolved($0) }
        // A configuration that lies elsewhere may be one for many trees.
        let isInside = path == configuration.projectFolder || path.hasPrefix(LocalPath.resolved(configuration.projectFolder) + "/")
        origin = TreeOrigin(machine: OwnMachine.token, path: path, project: isInside ? file : nil, folder: FolderIdentity(path: path)?.lasting,
                            commit: GitState.head(of: path), user: OwnName.text)
        source = FolderPlace(path: path)
        samples = Self.samples(in: path)
    }

    func request(_ workspace: String, takesOver: Bool, isDryRun: Bool = false) -> WorkspaceRequest {
        var request = WorkspaceRequest(path: workspace, origin: origin, takesOver: takesOver, isDryRun: isDryRun)
        request.source = source
        request.samples = samples
        return request
    }

    /// Whether this is a clone of the same repository in the place of the tree of `mark`, which is gone from this machine.
    func succeeds(_ mark: TreeOrigin) async -> Bool {
        guard mark.machine == origin.machine, let commit = mark.commit else { return false }
        var info = stat()
        guard lstat(mark.path, &info) != 0, errno == ENOENT || errno == ENOTDIR else { return false }
        return await GitState.hasCommit(commit, in: origin.path)
    }

    // MARK: samples

    private static let sampleLimit = 32
    private static let nameLimit = 256

    /// Some files of the tree, those at its top first.
    private static func samples(in folder: String) -> [SourceSample] {
        var found: [SourceSample] = []
        let top = names(of: folder)
        for name in top where found.count < sampleLimit {
            if let sample = SourceSample(name, in: folder) { found.append(sample) }
        }
        for name in top where found.count < sampleLimit && name != ".git" {
            for inner in names(of: folder + "/" + name).prefix(8) where found.count < sampleLimit {
                if let sample = SourceSample(name + "/" + inner, in: folder) { found.append(sample) }
            }
        }
        return found
    }

    /// The first names of a folder, in an order that is the same each time; none of a link.
    private static func names(of folder: String) -> [String] {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0, let stream = fdopendir(descriptor) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while names.count < nameLimit, let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
            }
            if let name, name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
