/// What ran the files, as it says itself and as its files are: `engine.json` in the run directory, written by the first worker that has it.
/// A figure that could not be had is `nil`, and then two runs are not known to have had the same engine.
public struct EngineIdentity: Codable, Sendable, Equatable {
    /// `sqlite`, `postgres`, …, or the name of the program.
    public var name: String
    /// `3.40.1`; of a server its own version.
    public var version: String?
    /// Of the program or library that is the engine: SHA-256 in hexadecimal digits.
    public var digest: String?
    /// Shared libraries that it loads, each with its digest.
    public var libraries: [Library]?
    /// The SHA-256 of the worker that ran the files.
    public var worker: String?
    /// The name of the machine.
    public var host: String?
    /// `Linux 6.1.0-18-amd64 x86_64`
    public var kernel: String?
    /// Of the names and values of the variables that files see: SHA-256 in hexadecimal digits. Of those whose names speak of a secret only the name
    /// counts; those that change with each session or run do not count.
    public var environment: String?

    /// A library of the engine.
    public struct Library: Codable, Sendable, Equatable {
        /// Its path on the host.
        public var path: String
        /// SHA-256 in hexadecimal digits; `nil` where it could not be read.
        public var digest: String?
        /// Each parameter is the property of the same name.
        public init(path: String, digest: String?) {
            self.path = path
            self.digest = digest
        }
    }

    /// An engine; what is known besides its name is set afterwards.
    public init(name: String) { self.name = name }
}
