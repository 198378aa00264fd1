/// How a remote command ended. A status other than 0 is a result, not an error.
public enum SSHExit: Sendable, Equatable {
    /// With the status that it gave, 0 to 255.
    case exited(Int32)
    /// The signal's name without SIG, as in `KILL`.
    case signaled(String)
}
