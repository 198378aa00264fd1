import RemoteKit

/// Ends the command with a code and no further word.
struct Leave: Error {
    var code: RemoteKit.ExitCode
    init(_ code: RemoteKit.ExitCode) { self.code = code }
}
