import SQLLogicTest

/// What a worker says of a file. Where failures are explained it says so twice: what came of the file first, so that the time of the
/// explanation is not the file's.
struct LocalReply: Codable {
    var result: FileResult
    /// Whether nothing more is said of this file.
    var isLast: Bool
}
