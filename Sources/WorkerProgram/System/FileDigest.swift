import CMD
import Fleet
import Glibc
import Platform

/// SHA-256, in lowercase hexadecimal digits.
enum FileDigest {
    /// Bytes of a file that are looked at; the digest of a longer one is not known.
    private static let limit = 1 << 30

    /// Of a file's bytes, without taking memory for them.
    /// - Parameter limit: bytes that it may have.
    /// - Returns: nil where it is no regular file, cannot be read, or is longer.
    static func of(_ path: String, limit: Int = FileDigest.limit) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_size <= limit else { return nil }
        var context = SHA2_CTX()
        SHA256Init(&context)
        while true {
            guard let chunk = DescriptorIO.read(descriptor, limit: 256 << 10) else { return nil }
            if chunk.isEmpty { return finish(&context) }
            SHA256Update(&context, chunk, chunk.count)
        }
    }

    static func of(_ bytes: [UInt8]) -> String {
        var context = SHA2_CTX()
        SHA256Init(&context)
        SHA256Update(&context, bytes, bytes.count)
        return finish(&context)
    }

    private static func finish(_ context: inout SHA2_CTX) -> String {
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        SHA256Final(&digest, &context)
        return Hex.encode(digest)
    }
}
