/// A file's header in a batch, before its bytes.
struct FileHeader: Sendable {
    var id: Int
    var attributes: Attributes
    /// Of the bytes that follow.
    var size: Int
    var digest: ContentDigest
    /// What the sender noticed while it read, if anything.
    var remark: ContentRemark
}
