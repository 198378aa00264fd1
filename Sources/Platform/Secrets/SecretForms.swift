/// The ways in which a secret is written by programs that repeat it.
enum SecretForms {
    /// `secret` itself, percent-encoded, with escapes of JSON, SQL and libpq, in base64 and in hexadecimal digits; of one with several lines also the long ones.
    static func of(_ secret: String) -> [[UInt8]] {
        let bytes = Array(secret.utf8)
        var forms = [bytes, percent(bytes, Array("0123456789ABCDEF".utf8)), percent(bytes, Array("0123456789abcdef".utf8))]
        forms.append(escaped(bytes, [UInt8(ascii: "\"")], with: UInt8(ascii: "\\")))
        forms.append(escaped(bytes, [UInt8(ascii: "'")], with: UInt8(ascii: "\\")))
        forms.append(bytes.flatMap { $0 == UInt8(ascii: "'") ? [$0, $0] : [$0] })
        if bytes.count >= Redaction.shortestUnnamed {
            for shift in 0..<3 {
                let form = base64(bytes, shift: shift)
                forms += [form, form.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0 }]
            }
            let digits = Hex.encode(bytes)
            forms += [Array(digits.utf8), Array(digits.uppercased().utf8)]
        }
        // A key in several lines is printed line by line.
        let lines = bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D })
        if lines.count > 1 { forms += lines.filter { $0.count >= 16 && !$0.starts(with: "-----".utf8) }.map { Array($0) } }
        return forms
    }

    private static func percent(_ bytes: [UInt8], _ digits: [UInt8]) -> [UInt8] {
        bytes.flatMap { byte -> [UInt8] in
            let isPlain = SecretName.isLetterOrDigit(byte) || "-._~".utf8.contains(byte)
            return isPlain ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }

    private static func escaped(_ bytes: [UInt8], _ quotes: [UInt8], with escape: UInt8) -> [UInt8] {
        bytes.flatMap { quotes.contains($0) || $0 == escape ? [escape, $0] : [$0] }
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// What base64 makes of `bytes` wherever `shift` bytes of a group of three precede them: the characters that depend on nothing else.
    private static func base64(_ bytes: [UInt8], shift: Int) -> [UInt8] {
        let padded = Array(repeating: UInt8(0), count: shift) + bytes
        var characters: [UInt8] = []
        for first in 0..<(padded.count * 8 / 6) {
            let bit = first * 6, byte = bit / 8
            let pair = UInt16(padded[byte]) << 8 | UInt16(byte + 1 < padded.count ? padded[byte + 1] : 0)
            characters.append(alphabet[Int(pair >> UInt16(10 - bit % 8) & 63)])
        }
        return Array(characters.dropFirst(shift == 0 ? 0 : shift + 1))
    }
}
