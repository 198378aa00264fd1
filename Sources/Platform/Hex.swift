/// Bytes as hexadecimal digits, two a byte, in lower case.
package enum Hex {
    /// The digit of a number from 0 to 15, in ASCII.
    package static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x57 + nibble }

    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var digits: [UInt8] = []
        digits.reserveCapacity(2 * bytes.underestimatedCount)
        for byte in bytes {
            digits.append(digit(byte >> 4))
            digits.append(digit(byte & 15))
        }
        return String(decoding: digits, as: UTF8.self)
    }

    /// A number with as many digits as its type has, leading zeros included.
    package static func encode<Word: FixedWidthInteger>(_ word: Word) -> String {
        Swift.withUnsafeBytes(of: word.bigEndian) { encode($0) }
    }
}
