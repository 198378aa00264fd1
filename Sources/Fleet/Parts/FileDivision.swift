/// How a file that is run in parts is cut: `plan` in its folder below `parts`.
struct FileDivision: Codable, Equatable {
    /// The number of the last record of each block.
    var blocks: [Int]
    /// What the file was when it was read: its bytes, and when it was changed, in nanoseconds.
    var size: Int
    var modified: Int
}
