/// What `--filter` says: a glob, or a part of a path.
public struct FileFilter: Sendable {
    private let glob: Glob?
    private let part: [UInt8]

    /// - Throws: ``FleetError`` (`invalid`) for a glob that cannot be read.
    public init(_ text: String) throws(FleetError) {
        part = Array(text.utf8)
        guard !part.isEmpty else { throw FleetError(.invalid, "cannot use an empty filter; name a glob or a part of a path") }
        glob = Glob.isLiteral(text) ? nil : try Glob(text)
    }

    func matches(_ name: [UInt8]) -> Bool {
        if let glob { return glob.matches(name) }
        return name.count >= part.count && (0...(name.count - part.count)).contains { name[$0...].starts(with: part) }
    }
}

extension Glob {
    private static let special = Set("*?[]{}\\".utf8)

    /// Whether `text` has nothing in it that a glob reads as anything but itself.
    public static func isLiteral(_ text: String) -> Bool { !text.utf8.contains { special.contains($0) } }

    /// The glob that means just `path`.
    public static func literal(_ path: String) -> String {
        if isLiteral(path) { return path }
        return path.unicodeScalars.map { $0.isASCII && special.contains(UInt8($0.value)) ? "\\\($0)" : String($0) }.joined()
    }

    /// The only path that a pattern means; `nil` for one with wildcards.
    public static func name(_ pattern: String) -> String? {
        var name = String.UnicodeScalarView(), isEscaped = false
        for scalar in pattern.unicodeScalars {
            if !isEscaped, scalar == "\\" {
                isEscaped = true
                continue
            }
            if !isEscaped, scalar.isASCII, special.contains(UInt8(scalar.value)) { return nil }
            name.append(scalar)
            isEscaped = false
        }
        return isEscaped ? nil : String(name)
    }
}
