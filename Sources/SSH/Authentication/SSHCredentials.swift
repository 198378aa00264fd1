/// How to ask the user for secrets. What is `nil` is not tried; an answer of `nil` gives that method up.
public struct SSHCredentials: Sendable {
    /// Called with the path of an encrypted key file.
    public var passphrase: (@Sendable (_ keyFile: String) async -> String?)?
    /// Called with `user@host`.
    public var password: (@Sendable (_ account: String) async -> String?)?
    /// Called with the server's instruction and questions; gives as many answers.
    public var answers: (@Sendable (_ instruction: String, _ questions: [SSHQuestion]) async -> [String]?)?

    /// Without arguments nothing can be asked.
    public init(passphrase: (@Sendable (_ keyFile: String) async -> String?)? = nil,
                password: (@Sendable (_ account: String) async -> String?)? = nil,
                answers: (@Sendable (_ instruction: String, _ questions: [SSHQuestion]) async -> [String]?)? = nil) {
        self.passphrase = passphrase
        self.password = password
        self.answers = answers
    }
}
