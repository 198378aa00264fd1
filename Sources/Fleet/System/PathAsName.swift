/// A path as the name of one file: `/home/me` is `_2fhome_2fme`. Of a long one the end stays, 200 bytes, since a name has at most 255.
enum PathAsName {
    static func of(_ path: String) -> String {
        let name = path.utf8.map { byte -> String in
            let isPlain = (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
            return isPlain ? String(UnicodeScalar(byte)) : "_" + String(byte, radix: 16)
        }.joined()
        return String(name.suffix(200))
    }
}
