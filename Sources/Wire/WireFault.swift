/// What went wrong, in a form that crosses a conversation: the agent's errors arrive at the client as this.
public struct WireFault: Error, Codable, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure this is; the client derives its exit code from it.
    public enum Code: String, Codable, Sendable {
        /// The bytes are not what the protocol says.
        case malformed
        /// The two sides speak other versions.
        case version
        /// The other side is gone, or does not answer.
        case disconnected
        case cancelled
        /// The request cannot be carried out as asked: a glob that matches nothing, an unknown run.
        case request
        /// The host cannot: permission, disk, memory.
        case host
        /// The build command failed.
        case prepare
        /// Someone else has what is asked for: a run that uses the workspace.
        case busy
    }

    public var code: Code
    /// In lower case, says what to do next.
    public var message: String
    /// Whether the same call may succeed later.
    public var isRetryable: Bool

    public init(_ code: Code, _ message: String, isRetryable: Bool = false) {
        self.code = code
        self.message = message
        self.isRetryable = isRetryable
    }

    public var description: String { message }
}
