/// Text that came from a host, a file name or a configuration, made fit for a terminal.
///
/// A name may hold an escape sequence that clears the screen, retitles the window or forges a line of output,
/// and bidirectional controls that show a name as another. Whatever is not shown as itself is written as an
/// escape: `\n`, `\t`, `\e`, `\x07`, `\u{202E}`.
public enum SafeText {
    /// `text` in one line, without a byte that a terminal would act on.
    /// - Parameter limit: the most characters kept; a longer text ends in `…`.
    public static func line(_ text: String, limit: Int = .max) -> String {
        var out = String.UnicodeScalarView()
        var kept = 0
        for scalar in text.unicodeScalars {
            if kept >= limit { return shortened(String(out), to: limit) }
            if isShown(scalar) { out.append(scalar) } else { out.append(contentsOf: escape(scalar).unicodeScalars) }
            kept += 1
        }
        return String(out)
    }

    /// `text` as its lines, each made safe; the break at the end counts for nothing, `\r\n` breaks as `\n` does.
    /// - Parameters:
    ///   - limit: the most lines; one more says how many were left out.
    ///   - width: the most characters of a line.
    public static func lines(_ text: String, limit: Int, width: Int) -> [String] {
        var parts = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if let last = parts.last, last.isEmpty { parts.removeLast() }
        var shown = parts.prefix(max(0, limit)).map { part in
            line(String(decoding: part.last == UInt8(ascii: "\r") ? part.dropLast() : part, as: UTF8.self), limit: width)
        }
        let left = parts.count - shown.count
        if left > 0 { shown.append("… and \(left) more line\(left == 1 ? "" : "s")") }
        return shown
    }

    private static func shortened(_ text: String, to limit: Int) -> String {
        limit > 0 ? String(text.dropLast()) + "…" : ""
    }

    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E: true
        case 0...0x9F: false
        default:
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0x0A: return "\\n"
        case 0x0D: return "\\r"
        case 0x09: return "\\t"
        case 0x1B: return "\\e"
        case 0...0xFF:
            let digits = String(scalar.value, radix: 16)
            return "\\x" + (digits.utf8.count == 1 ? "0" : "") + digits
        default: return "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
        }
    }
}
