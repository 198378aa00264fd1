internal import CMD
import Platform

/// The MD5 of a result as 32 hexadecimal digits, and the line that stands for a long result in a script.
enum ResultDigest {
    static let length = 32

    /// Appends the digest of `bytes` to `target`.
    static func append(of bytes: UnsafeBufferPointer<UInt8>, to target: inout ByteBuffer) {
        var context = MD5_CTX()
        MD5Init(&context)
        MD5Update(&context, bytes.baseAddress, bytes.count)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(MD5_DIGEST_LENGTH)) { digest in
            MD5Final(digest.baseAddress, &context)
            for byte in digest {
                target.append(Hex.digit(byte >> 4))
                target.append(Hex.digit(byte & 15))
            }
        }
    }

    /// The digest of `bytes` as text.
    static func of(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var target = ByteBuffer(capacity: length)
        append(of: bytes, to: &target)
        return Array(target.bytes)
    }

    /// The first 8 bytes of the digest of `bytes`, as they stand in its text.
    static func word(of bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        of(bytes).prefix(16).reduce(0) { $0 << 4 | UInt64($1 < 0x3A ? $1 - 0x30 : $1 - 0x57) }
    }

    /// Appends `N values hashing to DIGEST`.
    static func appendLine(values: Int, digest: [UInt8], to target: inout ByteBuffer) {
        target.append(decimal: values)
        target.append(infix)
        digest.withUnsafeBufferPointer { bytes in
            if let start = bytes.baseAddress { target.append(start, bytes.count) }
        }
    }

    static let infix: StaticString = " values hashing to "

    /// The digest that `line` names if it is `N values hashing to DIGEST`.
    static func named(in line: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        let digits = line.prefix { $0 >= 0x30 && $0 <= 0x39 }.count
        let start = digits + infix.utf8CodeUnitCount
        guard digits > 0, line.count > start else { return nil }
        let words = UnsafeBufferPointer(start: infix.utf8Start, count: infix.utf8CodeUnitCount)
        guard line[digits..<start].elementsEqual(words) else { return nil }
        return Array(line[start...])
    }
}
