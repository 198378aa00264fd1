import Platform

/// A pattern of file names, relative to a folder: `*`, `?` and `[a-z]` within a name, `**` for any folders
/// (none too), `{a,b}` for alternatives, `\` before a character that is meant itself.
///
/// As in a shell, a wildcard does not match a leading dot: `**` stays out of `.git`.
public struct Glob: Sendable {
    /// The pattern as it was written.
    public let pattern: String
    /// One list of components for each way the braces can be read.
    let alternatives: [[Component]]

    enum Component: Sendable, Equatable {
        case literal([UInt8])
        case anyFolders
        case wildcard(NamePattern)
    }

    /// - Throws: ``FleetError`` (`invalid`) when the pattern is empty, absolute, climbs with `..` or cannot be read.
    public init(_ pattern: String) throws(FleetError) {
        self.pattern = pattern
        func invalid(_ why: String) -> FleetError { FleetError(.invalid, "cannot use the glob '\(pattern)': \(why)") }
        let bytes = Array(pattern.utf8)
        guard !bytes.isEmpty, !bytes.contains(0) else { throw invalid("it is empty or holds a NUL") }
        guard bytes.first != UInt8(ascii: "/") else { throw invalid("write it relative to the workspace") }
        guard let expanded = BraceExpansion.expand(bytes, limit: 1000) else {
            throw invalid("a brace is not closed, or there are more than 1000 alternatives")
        }
        var alternatives: [[Component]] = []
        for text in expanded {
            var components: [Component] = []
            for part in text.split(separator: UInt8(ascii: "/")) where part != [0x2E] {
                if part == [0x2E, 0x2E] { throw invalid("it must not leave the workspace with '..'") }
                if part == [0x2A, 0x2A] {
                    if components.last != .anyFolders { components.append(.anyFolders) }
                } else if let name = NamePattern(Array(part)) {
                    components.append(name.literal.map { .literal($0) } ?? .wildcard(name))
                } else {
                    throw invalid("a '[' is not closed")
                }
            }
            if components.isEmpty { throw invalid("it names no file") }
            alternatives.append(components)
        }
        self.alternatives = alternatives
    }

    /// Whether the relative path `path` is one of those meant.
    public func matches(_ path: [UInt8]) -> Bool {
        let names = path.split(separator: UInt8(ascii: "/")).map { Array($0) }
        return alternatives.contains { Glob.matches($0[...], names[...]) }
    }

    private static func matches(_ components: ArraySlice<Component>, _ names: ArraySlice<[UInt8]>) -> Bool {
        // The states are the components that may come next, so that several `**` cost no more than one.
        var states: Set<Int> = closure([components.startIndex], components)
        for (offset, name) in names.enumerated() {
            let isLast = offset == names.count - 1
            var next: Set<Int> = []
            for state in states where state < components.endIndex {
                switch components[state] {
                case .literal(let bytes): if bytes == name { next.insert(state + 1) }
                case .wildcard(let pattern): if pattern.matches(name) { next.insert(state + 1) }
                case .anyFolders:
                    // A trailing `**` means every file below.
                    if name.first != UInt8(ascii: ".") { next.insert(isLast ? state + 1 : state) }
                }
            }
            states = closure(next, components)
            if states.isEmpty { return false }
        }
        return states.contains(components.endIndex)
    }

    private static func closure(_ states: Set<Int>, _ components: ArraySlice<Component>) -> Set<Int> {
        var result = states
        for state in states {
            var next = state
            // A `**` before something else may stand for no folder.
            while next < components.endIndex - 1, components[next] == .anyFolders {
                next += 1
                result.insert(next)
            }
        }
        return result
    }
}

/// The pattern of one name between slashes.
struct NamePattern: Sendable, Equatable {
    enum Token: Sendable, Equatable {
        case byte(UInt8)
        case one
        case many
        case set([ClosedRange<UInt8>], negated: Bool)
    }

    private let tokens: [Token]

    /// `nil` when a `[` is not closed.
    init?(_ text: [UInt8]) {
        var tokens: [Token] = []
        var index = 0
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "*"):
                if tokens.last != .many { tokens.append(.many) }
            case UInt8(ascii: "?"): tokens.append(.one)
            case UInt8(ascii: "\\") where index + 1 < text.count:
                index += 1
                tokens.append(.byte(text[index]))
            case UInt8(ascii: "["):
                guard let (set, end) = NamePattern.set(in: text, from: index + 1) else { return nil }
                tokens.append(set)
                index = end
            default: tokens.append(.byte(text[index]))
            }
            index += 1
        }
        self.tokens = tokens
    }

    private static func set(in text: [UInt8], from start: Int) -> (Token, end: Int)? {
        var index = start
        var negated = false
        if index < text.count, text[index] == UInt8(ascii: "!") || text[index] == UInt8(ascii: "^") {
            negated = true
            index += 1
        }
        var ranges: [ClosedRange<UInt8>] = []
        let first = index
        while index < text.count {
            if text[index] == UInt8(ascii: "]") && index > first { return (.set(ranges, negated: negated), index) }
            let low = text[index]
            if index + 2 < text.count, text[index + 1] == UInt8(ascii: "-"), text[index + 2] != UInt8(ascii: "]") {
                let high = text[index + 2]
                if low <= high { ranges.append(low...high) }
                index += 3
            } else {
                ranges.append(low...low)
                index += 1
            }
        }
        return nil
    }

    /// The name itself when nothing in the pattern is a wildcard.
    var literal: [UInt8]? {
        var bytes: [UInt8] = []
        for token in tokens {
            guard case .byte(let byte) = token else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    func matches(_ name: [UInt8]) -> Bool {
        if name.first == UInt8(ascii: "."), tokens.first != .byte(UInt8(ascii: ".")) { return false }
        return Wildcard.matches(tokens, name, isAnyRun: { $0 == .many }, fits: NamePattern.matches)
    }

    private static func matches(_ token: Token, _ byte: UInt8) -> Bool {
        switch token {
        case .byte(let wanted): wanted == byte
        case .one, .many: true
        case .set(let ranges, let negated): ranges.contains { $0.contains(byte) } != negated
        }
    }
}
