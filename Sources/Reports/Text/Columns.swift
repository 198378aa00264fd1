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
