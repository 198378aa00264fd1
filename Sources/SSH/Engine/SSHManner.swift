/// What is known of a command, so that one that is kept from its work can be told.
public enum SSHManner: Sendable {
    /// Nothing: it may be silent and take no input for as long as it likes.
    case unknown
    /// It writes before it waits for input.
    case speaksFirst
    /// It takes its input as fast as it can, and ends soon after it.
    case consumes
}
