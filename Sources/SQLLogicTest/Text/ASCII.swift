/// Bytes as C's functions see them in the C locale.
enum ASCII {
    /// C's `isspace`.
    @inline(__always)
    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }

    static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }

    /// `byte` for a message.
    static func shown(_ byte: UInt8) -> String {
        byte >= 0x20 && byte <= 0x7E ? String(UnicodeScalar(byte)) : "\\x" + String(byte, radix: 16)
    }

    /// C's `atoi`: an optional sign and digits; 0 if there are none. Beyond 32 bits it stops at the limit.
    static func leadingInteger(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var at = 0
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative || bytes.first == UInt8(ascii: "+") { at = 1 }
        var value = 0
        while at < bytes.count, bytes[at] >= 0x30, bytes[at] <= 0x39 {
            value = min(value * 10 + Int(bytes[at] - 0x30), Int(Int32.max))
            at += 1
        }
        return isNegative ? -value : value
    }
}
