/// What each side says of itself first.
public struct Hello: Codable, Sendable, Equatable {
    /// Precedes the first frame of each side, so that whatever a start-up file prints is told apart.
    static let mark = Array("\u{1}slt-wire\u{2}\n".utf8)

    /// The protocol; both sides must have the same.
    public var version: Int
    /// Digest of the program that speaks, or its release.
    public var build: String
    public var hostName: String
    public var pid: Int32

    public init(version: Int, build: String, hostName: String, pid: Int32) {
        self.version = version
        self.build = build
        self.hostName = hostName
        self.pid = pid
    }
}
