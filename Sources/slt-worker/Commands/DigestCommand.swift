import ArgumentParser
import CMD
import FoundationEssentials

struct DigestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "digest", abstract: "Print the SHA-256 of this program, as its uploader checks it.", shouldDisplay: false)

    func run() throws {
        print(try OwnProgram.digest())
    }
}

/// The program that runs.
enum OwnProgram {
    /// Absolute path, also when the program was started through PATH or a link.
    static var path: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }

    /// SHA-256, lowercase hexadecimal.
    static func digest() throws -> String {
        let bytes = try Data(contentsOf: URL(filePath: "/proc/self/exe"), options: .alwaysMapped)
        var context = SHA2_CTX()
        SHA256Init(&context)
        bytes.withUnsafeBytes { SHA256Update(&context, $0.baseAddress, $0.count) }
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        SHA256Final(&digest, &context)
        return digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
