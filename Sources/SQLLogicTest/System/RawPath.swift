import Glibc

/// File names as texts. Names are bytes, and a `String` holds only those that are UTF-8. In the text of another name a private
/// scalar, from U+10FF80, stands for each byte that is not UTF-8; it becomes the byte again where the system is called.
package enum RawPath {
    private static let first: UInt32 = 0x10FF00

    private static func isPrivate(_ scalar: Unicode.Scalar) -> Bool { scalar.value >= first + 0x80 && scalar.value <= first + 0xFF }

    /// The text of a name.
    package static func text(_ bytes: some Collection<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains(where: isPrivate) { return text }
        var text = String.UnicodeScalarView()
        var rest = Array(bytes)[...]
        while let byte = rest.first {
            // A private scalar that is in the name itself counts as four bytes that are not UTF-8.
            let scalar = (1...4).lazy.compactMap { count in String(validating: rest.prefix(count), as: UTF8.self)?.unicodeScalars.first }.first
            if let scalar, !isPrivate(scalar) {
                text.append(scalar)
                rest = rest.dropFirst(UTF8.width(scalar))
            } else {
                Unicode.Scalar(first + UInt32(byte)).map { text.append($0) }
                rest = rest.dropFirst()
            }
        }
        return String(text)
    }

    /// The name of a text.
    static func bytes(_ text: String) -> [UInt8] {
        guard text.utf8.contains(0xF4) else { return Array(text.utf8) }
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            if isPrivate(scalar) { bytes.append(UInt8(scalar.value - first)) } else { bytes += Array(String(scalar).utf8) }
        }
        return bytes
    }

    /// Calls `body` with the name as the system has it.
    static func withName<Result>(_ text: String, _ body: (UnsafePointer<CChar>) -> Result) -> Result {
        guard text.utf8.contains(0xF4) else { return body(text) }
        return (bytes(text).map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { name in
            name.baseAddress.map(body) ?? body("")
        }
    }

    /// The path without links; nil with `errno` set.
    static func resolved(_ text: String) -> String? {
        guard let path = withName(text, { realpath($0, nil) }) else { return nil }
        defer { free(path) }
        return RawPath.text(UnsafeBufferPointer(start: path, count: strlen(path)).map { UInt8(bitPattern: $0) })
    }

    /// A name for people and programs: a byte that is not UTF-8 is `\xFF` in hexadecimal, and each backslash of such a name
    /// is two. A name that has `\xFF` in it is written so too, so that no two names look alike.
    package static func shown(name: String) -> String {
        guard name.unicodeScalars.contains(where: isPrivate) || hasEscape(name) else { return name }
        return shown(name.replacing("\\", with: "\\\\"))
    }

    /// Text in which names may stand.
    static func shown(_ text: String) -> String {
        guard text.utf8.contains(0xF4) else { return text }
        var shown = ""
        for scalar in text.unicodeScalars {
            if isPrivate(scalar) { shown += "\\x" + String(scalar.value - first, radix: 16) } else { shown.unicodeScalars.append(scalar) }
        }
        return shown
    }

    private static func hasEscape(_ name: String) -> Bool {
        guard name.utf8.contains(UInt8(ascii: "\\")) else { return false }
        let bytes = Array(name.utf8)
        return bytes.indices.dropLast(3).contains { bytes[$0] == UInt8(ascii: "\\") && bytes[$0 + 1] == UInt8(ascii: "x")
            && isDigit(bytes[$0 + 2]) && isDigit(bytes[$0 + 3]) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66) }
}
