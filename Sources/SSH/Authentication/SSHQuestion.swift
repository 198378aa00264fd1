/// A question of a keyboard-interactive server.
public struct SSHQuestion: Sendable, Equatable {
    /// The server's words, as it sent them: make them safe before they are printed.
    public let text: String
    /// Whether the answer may be seen while it is typed.
    public let isEchoed: Bool
}
