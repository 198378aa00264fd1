/// JSON that stands in a `<script>` of a page: no text in it can end the element, begin a comment of HTML, or be taken for markup.
///
/// `<`, `>` and `&` are escapes, so that `</script>` and `<!--` (WHATWG HTML, "Restrictions for contents of script elements") do not occur; U+2028 and
/// U+2029, which end lines in older scripts, are escapes as well.
indirect enum ScriptValue {
    case number(Int)
    case text(String)
    case list([ScriptValue])
    case object([(String, ScriptValue)])
    /// JSON that was written already.
    case written([UInt8])

    /// As it stands in the page.
    var json: String {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The value with its JSON.
    var writtenOut: (value: ScriptValue, size: Int) {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return (.written(bytes), bytes.count)
    }

    /// Adds the value to what is written already.
    func write(to bytes: inout [UInt8]) {
        switch self {
        case .number(let number): bytes += Array(String(number).utf8)
        case .text(let text): Self.write(text, to: &bytes)
        case .written(let json): bytes += json
        case .list(let items):
            bytes.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                item.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.write(member.0, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.1.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), 0..<0x20, 0x7F: bytes += escape(byte)
            case 0xA8, 0xA9:
                // The last byte of U+2028 or U+2029, whose others are E2 80.
                if bytes.last == 0x80, bytes.dropLast().last == 0xE2 {
                    bytes.removeLast(2)
                    bytes += Array((byte == 0xA8 ? "\\u2028" : "\\u2029").utf8)
                } else {
                    bytes.append(byte)
                }
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func escape(_ byte: UInt8) -> [UInt8] {
        let digits = String(byte, radix: 16)
        return Array(("\\u00" + (byte < 16 ? "0" : "") + digits).utf8)
    }
}
