import Platform

/// Builds a message: little-endian integers, LEB128 counts, byte strings with their length before them.
struct ByteWriter {
    var bytes: [UInt8] = []

    init(_ kind: MessageKind) { bytes = [kind.rawValue] }
    init() {}

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    mutating func number(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func number(_ value: Int) { number(UInt64(truncatingIfNeeded: value)) }

    /// Signed, small magnitudes short.
    mutating func signed(_ value: Int64) { number(UInt64(bitPattern: (value << 1) ^ (value >> 63))) }

    mutating func fixed64(_ value: UInt64) { bytes.append(littleEndian: value) }

    mutating func raw(_ value: some Collection<UInt8>) { bytes.append(contentsOf: value) }

    mutating func string(_ value: some Collection<UInt8>) {
        number(value.count)
        raw(value)
    }

    mutating func attributes(_ value: Attributes) {
        number(UInt64(value.mode))
        signed(value.seconds)
        number(UInt64(value.nanoseconds))
    }

    mutating func digest(_ value: ContentDigest) {
        fixed64(value.low)
        fixed64(value.high)
    }
}
