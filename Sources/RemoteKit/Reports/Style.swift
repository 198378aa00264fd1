/// What the place can show that a text is made for.
public struct Style: Sendable, Equatable {
    public var color: Bool
    /// Whether block characters may be drawn; else `#` and digits.
    public var unicode: Bool
    /// Columns.
    public var width: Int
    /// Rows, or `nil` where there is no end, as in a file.
    public var height: Int?

    public init(color: Bool = false, unicode: Bool = true, width: Int = 80, height: Int? = nil) {
        self.color = color
        self.unicode = unicode
        self.width = max(20, min(width, 1000))
        self.height = height.map { max(5, min($0, 1000)) }
    }

    /// For a terminal or a file with these variables. Colour is off with NO_COLOR (no-color.org) or a dumb
    /// terminal, block characters with a locale that is not UTF-8.
    public init(isTerminal: Bool, width: Int, height: Int, environment: [String: String]) {
        let noColor = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        let charset = locale.lowercased()
        self.init(color: isTerminal && !noColor && environment["TERM"] != "dumb",
                  unicode: charset.hasSuffix("utf-8") || charset.hasSuffix("utf8"),
                  width: isTerminal && width > 0 ? width : 80, height: isTerminal && height > 0 ? height : nil)
    }

    enum Paint: String { case red = "31", green = "32", yellow = "33", bold = "1", dim = "2" }

    func paint(_ text: String, _ paint: Paint?) -> String {
        guard color, let paint, !text.isEmpty else { return text }
        return "\u{1B}[\(paint.rawValue)m\(text)\u{1B}[0m"
    }

    /// A bar of `width` cells, `share` (0...1) of it full; none and all only if `share` is exactly that.
    func bar(_ share: Double, width: Int) -> String {
        guard width > 0 else { return "" }
        let clean = share.isFinite ? min(1, max(0, share)) : 0
        var full = Int((clean * Double(width)).rounded())
        if clean > 0, full == 0 { full = 1 }
        if clean < 1, full == width { full -= 1 }
        let (on, off) = unicode ? ("█", "░") : ("#", ".")
        return String(repeating: on, count: full) + String(repeating: off, count: width - full)
    }

    /// One cell for a share: `▁` to `█`, or `0` to `9`.
    func cell(_ share: Double) -> Character {
        let cells = Array(unicode ? "▁▂▃▄▅▆▇█" : "0123456789")
        let clean = share.isFinite ? min(1, max(0, share)) : 0
        return cells[Int((clean * Double(cells.count - 1)).rounded())]
    }
}

/// Text of a known width on the screen.
enum Columns {
    /// Cells that `text` takes: two for wide East Asian characters and emoji, none for combining marks.
    static func width(_ text: String) -> Int {
        text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : text.unicodeScalars.reduce(0) { $0 + width($1) }
    }

    /// The beginning of `text`, `…` where it is cut, filled with spaces to `width` cells.
    static func left(_ text: String, _ width: Int) -> String { pad(cut(text, width), width, atEnd: true) }

    /// Like ``left(_:_:)``, at the right edge.
    static func right(_ text: String, _ width: Int) -> String { pad(cut(text, width), width, atEnd: false) }

    /// At most `width` cells of `text`, from its beginning.
    static func cut(_ text: String, _ width: Int) -> String {
        if Self.width(text) <= width { return text }
        return String(String.UnicodeScalarView(take(text.unicodeScalars, width - 1))) + (width > 0 ? "…" : "")
    }

    /// At most `width` cells of `text`, from its end: of a path the file's name is what tells.
    static func cutStart(_ text: String, _ width: Int) -> String {
        if Self.width(text) <= width { return text }
        return (width > 0 ? "…" : "") + String(String.UnicodeScalarView(take(text.unicodeScalars.reversed(), width - 1).reversed()))
    }

    private static func take(_ scalars: some Sequence<Unicode.Scalar>, _ width: Int) -> [Unicode.Scalar] {
        var left = width
        return Array(scalars.prefix { scalar in
            left -= Self.width(scalar)
            return left >= 0
        })
    }

    private static func pad(_ text: String, _ width: Int, atEnd: Bool) -> String {
        let space = String(repeating: " ", count: max(0, width - Self.width(text)))
        return atEnd ? text + space : space + text
    }

    private static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0..<0x300: 1
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
             0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD: 2
        default:
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark: 0
            default: 1
            }
        }
    }
}
