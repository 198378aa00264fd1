import Crypto
import FoundationEssentials

/// The file that `RevokedHostKeys` names: a list of public keys, or a key revocation list of `ssh-keygen -k`
/// (PROTOCOL.krl of OpenSSH's sources). Certificates are never met here, so that their sections are passed over.
struct RevokedKeys {
    private var blobs: Set<[UInt8]> = []
    private var sha1: Set<[UInt8]> = []
    private var sha256: Set<[UInt8]> = []

    /// - Throws: ``SSHError``: as with ssh, a file that cannot be read makes every host key untrusted.
    init(file: String) throws(SSHError) {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw Self.unusable(file, "it cannot be read")
        }
        let bytes = Array(data)
        if bytes.starts(with: Self.magic) {
            guard readList(bytes) else { throw Self.unusable(file, "it is a damaged key revocation list") }
        } else {
            try readKeys(bytes, file)
        }
    }

    func contains(_ key: SSHPublicKey) -> Bool {
        blobs.contains(key.blob) || sha1.contains(Array(Insecure.SHA1.hash(data: key.blob))) || sha256.contains(Array(SHA256.hash(data: key.blob)))
    }

    private static let magic = Array("SSHKRL\n\0".utf8)

    private static func unusable(_ file: String, _ why: String) -> SSHError {
        SSHError(.hostKeyUnknown, "cannot trust any host key: RevokedHostKeys names \(file), and \(why)",
                 remedy: "mend the file, or take RevokedHostKeys out of the ssh configuration")
    }

    private mutating func readKeys(_ bytes: [UInt8], _ file: String) throws(SSHError) {
        var number = 0
        for line in String(decoding: bytes, as: UTF8.self).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            let text = line.drop { $0 == " " || $0 == "\t" }
            if text.isEmpty || text.hasPrefix("#") { continue }
            guard let key = SSHPublicKey(line: text) else { throw Self.unusable(file, "its line \(number) is no public key") }
            blobs.insert(key.blob)
        }
    }

    private enum Section: UInt8 { case explicitKeys = 2, sha1 = 3, sha256 = 5 }

    /// - Returns: whether the list is whole.
    private mutating func readList(_ bytes: [UInt8]) -> Bool {
        var reader = SSHBytesReader(bytes)
        // The format's version, then the list's own version, its date and its flags.
        guard reader.bytes(Self.magic.count) != nil, reader.uint32() == 1, reader.bytes(3 * 8) != nil,
              reader.string() != nil, reader.string() != nil else { return false }
        while reader.remaining > 0 {
            guard let type = reader.byte(), let body = reader.string() else { return false }
            guard let section = Section(rawValue: type) else { continue }
            var entries = SSHBytesReader(body)
            while entries.remaining > 0 {
                guard let entry = entries.string() else { return false }
                switch section {
                case .explicitKeys: blobs.insert(entry)
                case .sha1: sha1.insert(entry)
                case .sha256: sha256.insert(entry)
                }
            }
        }
        return true
    }
}
