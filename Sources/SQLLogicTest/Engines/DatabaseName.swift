/// Names of databases that are made for one file.
enum DatabaseName {
    /// What the file is called, in letters that every engine takes, and eight random letters and digits.
    static func make(for file: String) -> String {
        let base = file.utf8.split(separator: UInt8(ascii: "/")).last.map(Array.init) ?? []
        let stem = base.split(separator: UInt8(ascii: "."), maxSplits: 1).first.map(Array.init) ?? []
        let letters = stem.prefix(40).map { byte -> UInt8 in
            let lower = ASCII.lowercased(byte)
            return (lower >= 0x61 && lower <= 0x7A) || (lower >= 0x30 && lower <= 0x39) ? lower : UInt8(ascii: "_")
        }
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
        let random = (0..<8).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] }
        return "slt_" + String(decoding: letters + [UInt8(ascii: "_")] + random, as: UTF8.self)
    }
}
