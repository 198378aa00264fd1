import Glibc
import Platform

extension KnownHosts {
    /// Adds one line in one write, so that entries of other programs stay whole.
    /// - Returns: why it could not be added, or `nil`.
    static func append(_ key: SSHPublicKey, name: String, hashed: Bool, to file: String) -> String? {
        if let slash = file.lastIndex(of: "/"), slash != file.startIndex { mkdir(String(file[..<slash]), 0o700) }
        let descriptor = open(file, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return ErrorText.of(errno) }
        defer { close(descriptor) }
        var last: UInt8 = 0
        let size = lseek(descriptor, 0, SEEK_END)
        let gap = size > 0 && pread(descriptor, &last, 1, size - 1) == 1 && last != UInt8(ascii: "\n")
        let line = "\(gap ? "\n" : "")\(hashed ? Self.hashed(name) : name.lowercased()) \(key.type) \(key.base64)\n"
        let bytes = Array(line.utf8)
        let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        return count == bytes.count ? nil : ErrorText.of(count < 0 ? errno : ENOSPC)
    }
}
