import Glibc

/// The tree on a client's machine that a workspace is made like: what a workspace remembers of it.
public struct TreeOrigin: Codable, Sendable, Equatable {
    /// Stands for the client's machine and tells nothing of it.
    public var machine: String
    /// The real path of the source folder.
    public var path: String
    /// The project's configuration file, if there is one: another 'source' of one project is the same project's.
    public var project: String?
    /// The source folder itself, which it stays when it is renamed.
    public var folder: String?
    /// The commit that was checked out: a repository that has it is a clone of the same.
    public var commit: String?
    /// `user@machine`, for people.
    public var user: String

    /// A tree with what is known of it.
    public init(machine: String, path: String, project: String? = nil, folder: String? = nil, commit: String? = nil, user: String) {
        self.machine = machine
        self.path = path
        self.project = project
        self.folder = folder
        self.commit = commit
        self.user = user
    }

    /// For people: `ann@laptop:/home/ann/project`.
    public var description: String { "\(user):\(path)" }

    /// Whether this is the tree that `mark` was made of, still there or renamed.
    func isSame(as mark: TreeOrigin) -> Bool {
        guard machine == mark.machine else { return false }
        if path == mark.path { return true }
        // Two sources of one name would also have one default workspace, though nobody chose that.
        if let project, project == mark.project, path.split(separator: "/").last != mark.path.split(separator: "/").last { return true }
        return folder != nil && folder == mark.folder
    }
}

/// A file of the source as it is: a sync gives its copy the same size and time.
public struct SourceSample: Codable, Sendable, Equatable {
    /// Relative to the source.
    public var path: String
    /// Bytes.
    public var size: Int64
    /// Modification time in nanoseconds since 1970.
    public var time: Int64

    /// A file as it was seen.
    public init(path: String, size: Int64, time: Int64) {
        self.path = path
        self.size = size
        self.time = time
    }

    /// A regular file; `nil` for anything else.
    public init?(_ path: String, in folder: String) {
        var info = stat()
        guard lstat(folder + "/" + path, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return nil }
        self.init(path: path, size: Int64(info.st_size), time: Int64(info.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(info.st_mtim.tv_nsec))
    }
}

/// Asks for the workspace of a tree.
public struct WorkspaceRequest: Codable, Sendable, Equatable {
    /// Absolute on the host, or from `~/`.
    public var path: String
    /// The tree that asks; `nil` for a client that keeps no account of it.
    public var origin: TreeOrigin?
    /// Where the source lies, for when it lies on the host itself.
    public var source: FolderPlace?
    /// Files of the source, by which a workspace without a mark is known again.
    public var samples: [SourceSample]?
    /// Make it this tree's whatever it is now.
    public var takesOver: Bool
    /// The tree of which this one is the successor, as the client has found.
    public var succeeds: TreeOrigin?
    /// Changes nothing.
    public var isDryRun: Bool
    /// The digest of the tree that the workspace must have, where only what changed since then is brought.
    public var base: String?

    /// A request of a tree.
    public init(path: String, origin: TreeOrigin? = nil, takesOver: Bool = false, isDryRun: Bool = false) {
        self.path = path
        self.origin = origin
        self.takesOver = takesOver
        self.isDryRun = isDryRun
    }
}
