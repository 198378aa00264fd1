import ArgumentParser
import Crypto
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
        return SHA256.hash(data: bytes).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
