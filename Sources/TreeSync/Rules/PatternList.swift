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
        for (index, line) in Self.lines(text[(hasMark ? 3 : 0)...]).enumerated() {
            if let pattern = GlobPattern(line: line, number: index + 1) { patterns.append(pattern) }
        }
        self.patterns = patterns
    }

    /// The lines of a rule file, without their ends.
    static func lines(_ text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
    }

    /// The last pattern that matches.
    /// - Parameters:
    ///   - path: the full path, with what lies above the root where the root is inside a repository.
    ///   - nameStart: where in `path` the entry's own name begins.
    /// - Returns: its line, and whether it includes what it matches; `nil` where none does.
    func match(path: UnsafeBufferPointer<UInt8>, nameStart: Int, isDirectory: Bool) -> (line: Int, isNegated: Bool)? {
        guard baseLength <= nameStart else { return nil }
        let below = UnsafeBufferPointer(rebasing: path[baseLength...])
        for pattern in patterns.reversed() where isDirectory || !pattern.isDirectoryOnly {
            if pattern.matches(path: below, nameStart: nameStart - baseLength) { return (pattern.lineNumber, pattern.isNegated) }
        }
        return nil
    }
}
