/// What answered where an agent was to greet: a shell that says why there is none, a start-up file, or nothing.
public struct AgentSilence: Error, Sendable {
    /// What came in the place of a greeting; its first part where it was much.
    public let printed: UntrustedText
    /// Whether the stream ended, and not only said too much.
    public let isOver: Bool
    /// What came on the side, for errors, where the connection has one.
    public var errors: UntrustedText

    /// Each parameter is the property of the same name.
    public init(printed: UntrustedText, isOver: Bool, errors: UntrustedText = UntrustedText([])) {
        self.printed = printed
        self.isOver = isOver
        self.errors = errors
    }
}
