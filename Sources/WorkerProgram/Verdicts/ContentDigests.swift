import Platform

/// Digests of files, remembered by their stamps: a file that was not changed is not read again.
struct ContentDigests {
    struct Entry: Codable, Equatable {
        var stamp: String
        var digest: String
    }

    /// By path.
    private(set) var entries: [String: Entry]
    /// The paths that were asked for.
    private(set) var used: Set<String> = []
    /// Whether a file had to be read.
    private(set) var hasRead = false

    init(_ entries: [String: Entry] = [:]) { self.entries = entries }

    /// SHA-256 in hexadecimal digits.
    /// - Returns: nil where it is no regular file, or cannot be read.
    mutating func of(_ path: String) -> String? {
        used.insert(path)
        guard let stamp = FileStamp(path) else { return nil }
        if let known = entries[path], known.stamp == stamp.text { return known.digest }
        guard let digest = FileDigest.of(path), FileStamp(path) == stamp else { return nil }
        if stamp.isSettled(at: Clock.nanoseconds) {
            entries[path] = Entry(stamp: stamp.text, digest: digest)
            hasRead = true
        }
        return digest
    }

    /// Takes what somebody else has found out.
    mutating func learn(_ path: String, _ entry: Entry) {
        used.insert(path)
        entries[path] = entry
    }
}
