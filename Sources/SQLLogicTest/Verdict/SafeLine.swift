/// Text from scripts and engines for a terminal: control characters are shown, not obeyed.
enum SafeLine {
    static func of(_ text: some StringProtocol) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F || $0 == 0xC2 }) else { return String(text) }
        var safe = ""
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 && scalar != "\t" || (scalar.value >= 0x7F && scalar.value < 0xA0)
            safe += isControl ? "\\x" + String(scalar.value, radix: 16) : String(scalar)
        }
        return safe
    }
}
