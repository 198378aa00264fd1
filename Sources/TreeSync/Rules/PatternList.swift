/// The patterns of one rule file, or of the configuration, and the folder that they are relative to.
struct PatternList: Sendable {
    private let patterns: [GlobPattern]
    /// How many bytes of a full path the folder takes, with its slash.
    let baseLength: Int

    var isEmpty: Bool { patterns.isEmpty }

    init(text: [UInt8], baseLength: Int) {
        self.baseLength = baseLength
        let hasMark = text.starts(with: [0xef, 0xbb, 0xbf])
        var patterns: [GlobPattern] = []
        for var line in text[(hasMark ? 3 : 0)...].split(separator: UInt8(ascii: "\n")) {
            if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
            if let pattern = GlobPattern(line: line) { patterns.append(pattern) }
        }
        self.patterns = patterns
    }

    /// What the last pattern that matches says.
    /// - Parameters:
    ///   - path: the full path, with what lies above the root where the root is inside a repository.
    ///   - nameStart: where in `path` the entry's own name begins.
    /// - Returns: whether the entry is excluded, or `nil` where no pattern matches.
    func verdict(path: UnsafeBufferPointer<UInt8>, nameStart: Int, isDirectory: Bool) -> Bool? {
        guard baseLength <= nameStart else { return nil }
        let below = UnsafeBufferPointer(rebasing: path[baseLength...])
        for pattern in patterns.reversed() where isDirectory || !pattern.isDirectoryOnly {
            if pattern.matches(path: below, nameStart: nameStart - baseLength) { return !pattern.isNegated }
        }
        return nil
    }
}
