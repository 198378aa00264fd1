import FoundationEssentials
@testable import RemoteKit

/// Archives as hostile people make them: a tar, header by header.
struct TarText {
    private(set) var bytes: [UInt8] = []

    /// - Parameters:
    ///   - type: of POSIX ustar: `0` a file, `1` a hard link, `2` a symbolic link, `3` a device, `5` a folder.
    ///   - size: what the header says; the true one unless told.
    mutating func add(_ name: String, _ text: String = "", type: Character = "0", link: String = "", size: Int? = nil) {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) { for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte } }
        func octal(_ number: Int, _ width: Int) -> String {
            let digits = String(number, radix: 8)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        put(String(name.prefix(100)), at: 0)
        put("0000644", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        put(octal(size ?? text.utf8.count, 11), at: 124)
        put("00000000000", at: 136)
        put(String(type), at: 156)
        put(link, at: 157)
        put("ustar", at: 257)
        put("00", at: 263)
        put("        ", at: 148)
        put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\0 ", at: 148)
        bytes += header + Array(text.utf8)
        bytes += [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
    }

    /// The tar with its end.
    var whole: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

    /// Writes it as a bundle.
    func write(to path: String) throws {
        try Data(whole).write(to: URL(filePath: path + ".tar"))
        try PackedLines.pack(path + ".tar", to: path)
    }
}
