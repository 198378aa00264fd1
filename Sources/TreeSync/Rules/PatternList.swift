/// The patterns of one rule file, or of the configuration, and the folder that they are relative to.
struct PatternList: Sendable {
    private let patterns: [GlobPattern]
    /// Of ``patterns``.
    private let sieves: [PatternSieve]
    /// Patterns without wildcards, by what they match, where there are many; the others are gone through one by one.
    private let names: [[UInt8]: Latest]
    private let paths: [[UInt8]: Latest]
    /// Places in ``patterns`` of those that are gone through, the last first.
    private let others: [Int32]
    /// How many bytes of a full path the folder takes, with its slash.
    let baseLength: Int
    /// Whether the paths that are compared have to be in small letters.
    let foldsCase: Bool

    /// Of the patterns with one literal, the last of all and the last that is not only for folders; -1 for none.
    private struct Latest: Sendable {
        var forFolders = -1
        var forAll = -1
    }

    /// From so many patterns without wildcards on, a table is quicker.
    private static let many = 16

    var isEmpty: Bool { patterns.isEmpty }

    init(text: [UInt8], baseLength: Int, foldsCase: Bool = false) {
        self.baseLength = baseLength
        self.foldsCase = foldsCase
        let hasMark = text.starts(with: [0xef, 0xbb, 0xbf])
        var patterns: [GlobPattern] = []
        for (index, line) in Self.lines(text[(hasMark ? 3 : 0)...]).enumerated() {
            if let pattern = GlobPattern(line: line, number: index + 1, foldsCase: foldsCase) { patterns.append(pattern) }
        }
        self.patterns = patterns
        sieves = patterns.map(\.sieve)
        let usesTable = patterns.lazy.filter(\.isExact).count >= Self.many
        var names: [[UInt8]: Latest] = [:], paths: [[UInt8]: Latest] = [:]
        var others: [Int32] = []
        for (index, pattern) in patterns.enumerated() {
            guard usesTable, pattern.isExact else {
                others.append(Int32(truncatingIfNeeded: index))
                continue
            }
            func note(_ latest: inout Latest) {
                latest.forFolders = index
                if !pattern.isDirectoryOnly { latest.forAll = index }
            }
            if pattern.form == .exactName { note(&names[pattern.literal, default: Latest()]) } else { note(&paths[pattern.literal, default: Latest()]) }
        }
        (self.names, self.paths) = (names, paths)
        self.others = others.reversed()
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
        guard !patterns.isEmpty, baseLength <= nameStart else { return nil }
        let below = UnsafeBufferPointer(rebasing: path[baseLength...])
        let start = nameStart - baseLength
        let exact = max(Self.latest(names, UnsafeBufferPointer(rebasing: below[start...]), isDirectory), Self.latest(paths, below, isDirectory))
        let index = lastOther(after: exact, below, start, isDirectory) ?? exact
        return index < 0 ? nil : (patterns[index].lineNumber, patterns[index].isNegated)
    }

    private static func latest(_ table: [[UInt8]: Latest], _ text: UnsafeBufferPointer<UInt8>, _ isDirectory: Bool) -> Int {
        guard !table.isEmpty, let found = table[Array(text)] else { return -1 }
        return isDirectory ? found.forFolders : found.forAll
    }

    /// The last of ``others`` that matches and comes after the pattern `least`.
    private func lastOther(after least: Int, _ below: UnsafeBufferPointer<UInt8>, _ start: Int, _ isDirectory: Bool) -> Int? {
        let name = PatternSieve.Entry(UnsafeBufferPointer(rebasing: below[start...])), whole = PatternSieve.Entry(below)
        return others.withUnsafeBufferPointer { others in
            sieves.withUnsafeBufferPointer { sieves in
                for other in others {
                    let index = Int(other)
                    if index <= least { return nil }
                    let sieve = sieves[index]
                    guard sieve.lets(sieve.comparesName ? name : whole), isDirectory || !sieve.isDirectoryOnly else { continue }
                    if patterns[index].matches(path: below, nameStart: start) { return index }
                }
                return nil
            }
        }
    }
}
