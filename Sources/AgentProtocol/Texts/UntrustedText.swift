import Platform

/// What a host, or a program on it, printed. It is no `String` before it is made safe: it may clear the screen, show a name as
/// another, or forge a line of ours.
public struct UntrustedText: Sendable, Equatable {
    /// As they came, for files and pipes; a terminal would obey them.
    public let bytes: [UInt8]

    /// - Parameter bytes: as they came.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Whether nothing came.
    public var isEmpty: Bool { bytes.isEmpty }

    /// In one line: each byte that a terminal would act on is an escape (`\e`, `\x07`, `\u{202E}`), line breaks too.
    /// - Parameter limit: the most characters; a longer text ends in `…`.
    public func line(limit: Int) -> String { SafeText.line(decoded, limit: limit) }

    /// In one line, its lines joined by `; `.
    /// - Parameter limit: as of ``line(limit:)``.
    public func sentence(limit: Int) -> String { SafeText.sentence(decoded, limit: limit) }

    /// With its line breaks and tabs, each other byte that a terminal would act on an escape.
    /// - Parameter limit: the most bytes of the text that are kept, from its start.
    public func block(limit: Int) -> String { Self.block(String(decoding: bytes.prefix(limit), as: UTF8.self)) }

    private var decoded: String { String(decoding: bytes, as: UTF8.self) }

    static func block(_ text: String) -> String {
        SafeText.block(text.utf8.contains(0x0D) ? String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\r" })) : text)
    }
}
