import Platform

/// Text from scripts and engines for a terminal: control characters, and characters that show text as another, are escaped.
enum SafeLine {
    static func of(_ text: some StringProtocol) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 >= 0x7F }) else { return String(text) }
        var safe = ""
        for scalar in text.unicodeScalars {
            if scalar == "\t" || SafeText.isShown(scalar) {
                safe.unicodeScalars.append(scalar)
            } else {
                safe += scalar.value < 0xA0 ? "\\x" + String(scalar.value, radix: 16) : SafeText.escape(scalar)
            }
        }
        return safe
    }
}
