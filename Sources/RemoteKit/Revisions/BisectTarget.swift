/// What is looked at in each revision: a test file, or one of its records.
public struct BisectTarget: Sendable, Codable, Hashable, CustomStringConvertible {
    /// Relative to the source tree.
    public var file: String
    /// Where the record begins, or a line of it that is wrong, from 1; `nil` for all of the file.
    public var line: Int?

    /// Each parameter is the property of the same name.
    public init(file: String, line: Int? = nil) {
        self.file = file
        self.line = line
    }

    /// `FILE` or `FILE:12`.
    public var description: String { line.map { "\(file):\($0)" } ?? file }

    /// - Parameter text: `FILE`, or `FILE:12`.
    public static func read(_ text: String) -> (name: String, line: Int?) {
        guard let colon = text.lastIndex(of: ":"), case let digits = text[text.index(after: colon)...], let line = Int(digits), line > 0,
              digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return (text, nil) }
        return (String(text[..<colon]), line)
    }
}
