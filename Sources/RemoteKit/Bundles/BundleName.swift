/// The names of a run's files. They are few and plain, so what else a bundle holds is refused and not mended.
enum BundleName {
    /// The parts of a path in a bundle: the run's folder, then what is in it. A slash at the end is a folder's.
    /// - Returns: `nil` for what no run has: absolute paths, `..`, and all characters but letters, digits, `.`, `_` and `-`.
    static func parts(_ path: String) -> [String]? {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.count > 1, parts.last == "" { parts.removeLast() }
        guard parts.count <= BundleLimits.depth, parts.allSatisfy(isPlain) else { return nil }
        return parts
    }

    /// Names that begin with a dot are this machine's own, and no run's.
    static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix(".") && name.utf8.count <= BundleLimits.name
            && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || "._-".utf8.contains($0) }
    }
}
