public import Wire

extension Hello {
    /// The version of this protocol: of the frames, the requests and the answers. Raised with every change that the other side must know.
    public static let agentProtocol = 2

    /// What a side that speaks this protocol says of itself.
    public init(build: String, hostName: String, pid: Int32) {
        self.init(version: Self.agentProtocol, build: build, hostName: hostName, pid: pid)
    }
}
