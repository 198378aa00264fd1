import Platform

/// Text of suites and hosts within marked-up text. What a reader cannot see is an escape of `SafeText` in all of them.
enum MarkupText {
    /// Within an element of XML 1.0, or a value in double quotes there. Characters that XML cannot hold are escapes by then.
    /// - Parameter isValue: a value would lose its line breaks and tabs.
    static func xml(_ text: String, isValue: Bool = true) -> String {
        var out = ""
        out.reserveCapacity(text.utf8.count + 16)
        for scalar in SafeText.block(text).unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            // Also the end of a CDATA section.
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "\n" where isValue: out += "&#10;"
            case "\t" where isValue: out += "&#9;"
            case "\u{FFFE}", "\u{FFFF}": out += "?"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// In one line of Markdown as GitHub reads it, in a cell of a table as well. It stands in a code element: only there no name becomes a mention, and no number a link.
    static func markdown(_ text: String) -> String { "<code>" + plainMarkdown(text) + "</code>" }

    /// Every sign that Markdown or HTML may act on as an entity.
    static func plainMarkdown(_ text: String) -> String {
        var out = ""
        for scalar in SafeText.line(text).unicodeScalars {
            // `www.` would become a link, as `http:` and `a@b` would.
            let isPlain = !scalar.isASCII || scalar.properties.isAlphabetic || "0123456789 ,;/=-()".unicodeScalars.contains(scalar) || (scalar == "." && !out.hasSuffix("w") && !out.hasSuffix("W"))
            if isPlain { out.unicodeScalars.append(scalar) } else { out += "&#\(scalar.value);" }
        }
        return out
    }

    /// A code block of Markdown; its fence is longer than any that the text has.
    /// - Parameter language: for the colours: `sql`, `diff`.
    static func fenced(_ text: String, _ language: String) -> String {
        var longest = 2, run = 0
        for byte in text.utf8 {
            run = byte == UInt8(ascii: "`") ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: longest + 1)
        return "\(fence)\(language)\n\(SafeText.block(text))\n\(fence)\n"
    }

    /// One cell of CSV (RFC 4180), in one line: line breaks are escapes, too. A spreadsheet would calculate what begins like a formula (OWASP, "CSV Injection"):
    /// that gets a `'` in front.
    static func csv(_ text: String) -> String {
        let first = text.unicodeScalars.first { $0 != " " }
        let text = (first.map { "=+-@\t\r\n＝＋－＠".unicodeScalars.contains($0) } == true ? "'" : "") + SafeText.line(text)
        guard text.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: ";") }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// The message of a workflow command of GitHub.
    /// - Parameter isProperty: for a value before the message, such as `file`.
    static func workflow(_ text: String, isProperty: Bool = false) -> String {
        var out = ""
        for scalar in SafeText.block(text).unicodeScalars {
            switch scalar {
            case "%": out += "%25"
            case "\r": out += "%0D"
            case "\n": out += "%0A"
            case ":" where isProperty: out += "%3A"
            case "," where isProperty: out += "%2C"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
