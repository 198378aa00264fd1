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

    /// Columns of what has no edge.
    private static let endless = 1000

    /// For a terminal or a file with these variables. Colour is off with NO_COLOR (no-color.org) or a dumb
    /// terminal, block characters with a locale that is not UTF-8. COLUMNS says how wide it is in any case; a file or a pipe has
    /// no edge at which something would have to be cut.
    public init(isTerminal: Bool, width: Int, height: Int, environment: [String: String]) {
        let noColor = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        let charset = locale.lowercased()
        self.init(color: isTerminal && !noColor && environment["TERM"] ?? "dumb" != "dumb",
                  unicode: charset.hasSuffix("utf-8") || charset.hasSuffix("utf8"),
                  width: environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? (!isTerminal ? Self.endless : width > 0 ? width : 80),
                  height: isTerminal && height > 0 ? height : nil)
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
