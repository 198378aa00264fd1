import Platform

/// The part of a page's address that names a file, or a record of it.
enum PageLink {
    /// `#f=test/a.test:12`. Bytes that an address does not hold are percent-encoded (RFC 3986, fragment), as the page's script does it.
    static func text(_ file: String, line: Int? = nil) -> String {
        var out = "#f="
        for byte in (SafeText.line(file, limit: FileColumns.name) + (line.map { ":\($0)" } ?? "")).utf8 {
            let isPlain = (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || "-_.~/:".utf8.contains(byte)
            out += isPlain ? String(UnicodeScalar(byte)) : "%" + Hex.encode([byte]).uppercased()
        }
        return out
    }
}
