/// Text that came from a host, a file name or a configuration, made fit for a terminal.
///
/// A name may hold an escape sequence that clears the screen, retitles the window or forges a line of output,
/// and bidirectional controls that show a name as another. Whatever is not shown as itself is written as an
/// escape: `\n`, `\t`, `\e`, `\x07`, `\u{202E}`.
package enum SafeText {
    /// `text` in one line, without a byte that a terminal would act on.
    /// - Parameter limit: the most characters kept; a longer text ends in `…`.
    package static func line(_ text: String, limit: Int = .max) -> String {
        var out = String.UnicodeScalarView()
        var kept = 0
        for scalar in text.unicodeScalars {
            if kept >= limit { return shortened(String(out), to: limit) }
            if isShown(scalar) { out.append(scalar) } else { out.append(contentsOf: escape(scalar).unicodeScalars) }
            kept += 1
        }
        return String(out)
    }

    /// `text` in one line, its lines joined by `; `: what several lines say is a sentence of a message.
    package static func sentence(_ text: String, limit: Int = .max) -> String {
        guard text.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D }) else { return line(text, limit: limit) }
        let parts = text.unicodeScalars.split { $0 == "\n" || $0 == "\r" }.map { part in
            String(String.UnicodeScalarView(part.drop { $0 == " " || $0 == "\t" }))
        }
        return line(parts.filter { !$0.isEmpty }.joined(separator: "; "), limit: limit)
    }

    /// `text` as its lines, each made safe; the break at the end counts for nothing, `\r\n` breaks as `\n` does.
    /// - Parameters:
    ///   - limit: the most lines; one more says how many were left out.
    ///   - width: the most characters of a line.
    package static func lines(_ text: String, limit: Int, width: Int) -> [String] {
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

    // MARK: scalars, blocks and JSON

    /// Whether `scalar` is shown as itself: no control character, C1 control, bidirectional override or other format.
    package static func isShown(_ scalar: Unicode.Scalar) -> Bool {
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

    /// What stands for a scalar that is not shown as itself.
    package static func escape(_ scalar: Unicode.Scalar) -> String {
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

    /// `text` with its line breaks and tabs, and everything else that is not shown as itself escaped.
    /// - Parameter colours: whether the colours that our own reports are painted with stay; no other sequence ever does.
    package static func block(_ text: String, colours: Bool = false) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || $0 == 0x0A || $0 == 0x09 }) { return text }
        var out = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.first {
            if colours, scalar == "\u{1B}", let paint = paints.first(where: { rest.starts(with: $0.unicodeScalars) }) {
                out.append(contentsOf: paint.unicodeScalars)
                rest = rest.dropFirst(paint.unicodeScalars.count)
                continue
            }
            if scalar == "\n" || scalar == "\t" || isShown(scalar) { out.append(scalar) } else { out.append(contentsOf: escape(scalar).unicodeScalars) }
            rest.removeFirst()
        }
        return String(out)
    }

    /// All that reports are painted with (ECMA-48, select graphic rendition).
    private static let paints = ["0", "1", "2", "31", "32", "33"].map { "\u{1B}[\($0)m" }

    /// JSON in which what is not shown as itself is written as `\u` escapes, so that it is the same value and safe on a screen.
    /// Outside of strings JSON is ASCII.
    package static func json(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(where: { $0 >= 0x7F }) else { return bytes }
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if scalar.value < 0x7F || isShown(scalar) {
                out += Array(UTF8.encode(scalar) ?? .init())
            } else {
                for unit in UTF16.encode(scalar) ?? .init() {
                    let digits = String(unit, radix: 16)
                    out += Array(("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits).utf8)
                }
            }
        }
        return out
    }
}
