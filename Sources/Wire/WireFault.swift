public import Platform

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
        /// The agent that was asked cannot load the library of the run's engine; the dynamic worker's can.
        case needsLibraries
        /// Another client is at work on it at this moment.
        case locked
        /// The workspace is another tree's.
        case otherTree
    }

    public var code: Code
    /// In lower case, `cannot …: why`.
    public var message: String
    /// Whether the same call may succeed later.
    public var isRetryable: Bool
    /// What can be done about it. One that this release does not know is as good as none.
    public var remedy: Remedy?

    public init(_ code: Code, _ message: String, remedy: Remedy? = nil, isRetryable: Bool = false) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.isRetryable = isRetryable
    }

    private enum CodingKeys: String, CodingKey { case code, message, remedy, isRetryable }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        code = try values.decode(Code.self, forKey: .code)
        message = try values.decode(String.self, forKey: .message)
        isRetryable = try values.decode(Bool.self, forKey: .isRetryable)
        remedy = try? values.decodeIfPresent(Remedy.self, forKey: .remedy)
    }

    /// The message, and what to do about it in words that name no command.
    public var description: String { remedy.map { "\(message); \($0)" } ?? message }
}
