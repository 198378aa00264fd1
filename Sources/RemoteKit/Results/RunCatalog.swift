import FoundationEssentials
import Fleet

/// The runs that were fetched to this machine. Each host has a folder, with a folder for each of its runs.
public struct RunCatalog: Sendable {
    /// Absolute; the folder that holds those of the hosts.
    public let root: String

    /// - Parameter root: by default where results go when nothing else is said.
    public init(root: String = ResultsFolder.root) { self.root = root }

    /// A run's place.
    public struct Place: Sendable, Hashable, Comparable {
        /// The name of the host's folder.
        public let host: String
        /// The name of the run.
        public let id: String
        /// Absolute; the run's own folder.
        public let path: String

        /// By the time when the run was made.
        public static func < (one: Place, other: Place) -> Bool { (one.id, one.host) < (other.id, other.host) }
    }

    /// All runs, oldest first. Folders that are no run's are passed over.
    public func places() -> [Place] {
        let names = { (folder: String) in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] }
        return names(root).flatMap { host in
            names("\(root)/\(host)").filter { RunSpec.isValid(id: $0) }.map { Place(host: host, id: $0, path: "\(root)/\(host)/\($0)") }
        }.sorted()
    }
}
