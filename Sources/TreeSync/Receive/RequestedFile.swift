/// A file that the sender is asked for.
struct RequestedFile: Sendable {
    var file: PendingFile
    /// What the receiver has, where contents are compared first.
    var local: Attributes?
}
