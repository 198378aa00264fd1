/// A part of a file, and what is in it.
struct FileChunk: Sendable, Hashable {
    var length: Int
    var digest: ContentDigest
}
