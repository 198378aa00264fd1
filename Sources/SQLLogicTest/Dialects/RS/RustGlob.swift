import Glibc
import Platform

/// The paths that a pattern stands for, as Rust's glob crate has them (https://docs.rs/glob, version 0.3): `?`, `*`, `[a-z]`,
/// `[!a-z]`, and `**` for any number of folders. Wildcards match hidden names too. The paths of a folder come in the order
/// of their names, each folder's before its next neighbour.
struct RustGlob {
    private enum Component {
        case literal(String)
        case wildcard([Token])
        /// `**`
        case anyFolders
    }

    private enum Token {
        case character(Unicode.Scalar)
        case anyOne
        case any
        case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)
    }

    /// A pattern with a mistake, or a folder that cannot be read.
    struct Problem: Error { var message: String }

    private let components: [Component]
    private var found: [String] = []
    /// The folders on the way to the current one, so that a link back to one of them is not followed.
    private var way: [(device: dev_t, inode: ino_t)] = []

    /// - Parameter folder: what a relative pattern starts from, with a slash at its end, or empty.
    static func expand(_ pattern: String, in folder: String) throws(Problem) -> [String] {
        var glob = RustGlob(components: try pattern.split(separator: "/").map { text throws(Problem) in try component(text) })
        try glob.visit(pattern.hasPrefix("/") ? "/" : folder, 0)
        return glob.found
    }

    private init(components: [Component]) { self.components = components }

    // MARK: Patterns

    private static func component(_ text: Substring) throws(Problem) -> Component {
        if text == "**" { return .anyFolders }
        if text.contains("***") { throw Problem(message: "wildcards are either regular `*` or recursive `**`") }
        if text.contains("**") { throw Problem(message: "recursive wildcards must form a single path component") }
        var tokens: [Token] = []
        var rest = text.unicodeScalars[...]
        while let next = rest.popFirst() {
            switch next {
            case "?": tokens.append(.anyOne)
            case "*": tokens.append(.any)
            case "[": tokens.append(try set(&rest))
            default: tokens.append(.character(next))
            }
        }
        let isLiteral = tokens.allSatisfy { if case .character = $0 { true } else { false } }
        return isLiteral ? .literal(String(text)) : .wildcard(tokens)
    }

    private static func set(_ rest: inout Substring.UnicodeScalarView) throws(Problem) -> Token {
        let isNegated = rest.first == "!"
        if isNegated { rest.removeFirst() }
        // A bracket right at the beginning is a character.
        guard let end = rest.dropFirst().firstIndex(of: "]") else { throw Problem(message: "invalid range pattern") }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        var members = Array(rest[..<end])[...]
        while let first = members.popFirst() {
            guard members.count >= 2, members.first == "-" else {
                ranges.append(first...first)
                continue
            }
            members.removeFirst()
            // A range that runs backwards is empty.
            if let last = members.popFirst(), first <= last { ranges.append(first...last) }
        }
        rest = rest[rest.index(after: end)...]
        return .set(ranges, isNegated: isNegated)
    }

    private static func matches(_ tokens: ArraySlice<Token>, _ name: ArraySlice<Unicode.Scalar>) -> Bool {
        Wildcard.matches(tokens, name, isAnyRun: { if case .any = $0 { true } else { false } }, fits: fits)
    }

    private static func fits(_ token: Token, _ scalar: Unicode.Scalar) -> Bool {
        switch token {
        case .character(let own): own == scalar
        case .anyOne, .any: true
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
        }
    }

    // MARK: Folders

    /// - Parameter path: of what the components before `index` stand for; a folder's ends in a slash.
    private mutating func visit(_ path: String, _ index: Int) throws(Problem) {
        guard index < components.count else {
            found.append(path.utf8.last == UInt8(ascii: "/") ? String(path.dropLast()) : path)
            return
        }
        switch components[index] {
        case .literal(let name):
            var status = stat()
            guard RawPath.withName(path + name, { lstat($0, &status) }) == 0 else { return }
            try go(path + name, index + 1)
        case .wildcard(let tokens):
            for name in try Self.names(in: path) where Self.matches(tokens[...], Array(name.unicodeScalars)[...]) { try go(path + name, index + 1) }
        case .anyFolders:
            guard enter(path.isEmpty ? "." : path) else { return }
            defer { way.removeLast() }
            try visitFolders(path, index)
        }
    }

    private mutating func go(_ path: String, _ next: Int) throws(Problem) {
        if next == components.count { return found.append(path) }
        if Self.isFolder(path) { try visit(path + "/", next) }
    }

    /// What is directly in `path`, and in every folder below it, one name after the other.
    private mutating func visitFolders(_ path: String, _ index: Int) throws(Problem) {
        let next = components[index...].firstIndex { if case .anyFolders = $0 { false } else { true } }
        for name in try Self.names(in: path) {
            let isFolder = Self.isFolder(path + name)
            if isFolder, !enter(path + name) { continue }
            defer { if isFolder { way.removeLast() } }
            // A pattern that ends in `**` stands for folders.
            guard let next else {
                if isFolder {
                    found.append(path + name)
                    try visitFolders(path + name + "/", index)
                }
                continue
            }
            if fits(name, next) { try go(path + name, next + 1) }
            if isFolder { try visitFolders(path + name + "/", index) }
        }
    }

    private func fits(_ name: String, _ index: Int) -> Bool {
        switch components[index] {
        case .literal(let own): own == name
        case .wildcard(let tokens): Self.matches(tokens[...], Array(name.unicodeScalars)[...])
        case .anyFolders: true
        }
    }

    /// False for a folder that the current one is in.
    private mutating func enter(_ path: String) -> Bool {
        var status = stat()
        guard RawPath.withName(path, { stat($0, &status) }) == 0 else { return false }
        guard !way.contains(where: { $0.device == status.st_dev && $0.inode == status.st_ino }) else { return false }
        way.append((status.st_dev, status.st_ino))
        return true
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return RawPath.withName(path, { stat($0, &status) }) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The names in a folder, sorted by their bytes; those that are not UTF-8 are left out, as in the crate.
    private static func names(in path: String) throws(Problem) -> [String] {
        guard let folder = RawPath.withName(path.isEmpty ? "." : path, { opendir($0) }) else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw Problem(message: "cannot read the folder \(path): \(ErrorText.of())")
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(validating: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if let name, name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
