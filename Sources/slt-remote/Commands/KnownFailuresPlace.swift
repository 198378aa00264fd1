import Platform
import RemoteKit

/// Where the project's list of known failures is.
struct KnownFailuresPlace {
    /// Absolute.
    let path: String

    init(_ configuration: Configuration) throws(RemoteError) {
        guard let path = configuration.suite.knownFailures else {
            throw RemoteError(.usage, "cannot find the known failures: no file is configured", remedy: .advice("set known-failures = \"slt-known-failures.toml\" in [suite]"))
        }
        self.path = path
    }

    /// The list; one that says nothing where there is no file.
    func read() throws(ConfigurationError) -> KnownFailuresFile { try KnownFailuresFile.read(path) ?? KnownFailuresFile() }
}
