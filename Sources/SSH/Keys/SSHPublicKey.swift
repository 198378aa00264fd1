import Crypto
import FoundationEssentials

/// A public key as it travels: the blob of RFC 4253 section 6.6, whose first string names the type.
public struct SSHPublicKey: Sendable, Hashable {
    /// All of the key, its type first.
    public let blob: [UInt8]
    /// As in `ssh-ed25519`.
    public let type: String

    init?(blob: [UInt8]) {
        var reader = SSHBytesReader(blob)
        guard let type = reader.text(), !type.isEmpty else { return nil }
        self.blob = blob
        self.type = type
    }

    init?(base64: some StringProtocol) {
        guard let data = Data(base64Encoded: String(base64)) else { return nil }
        self.init(blob: Array(data))
    }

    /// The key of a `.pub` file's line: type, base64, comment.
    init?(line: some StringProtocol) {
        let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0.isNewline })
        guard words.count >= 2 else { return nil }
        self.init(base64: words[1])
    }

    /// The blob as known_hosts files and `.pub` files have it.
    public var base64: String { Data(blob).base64EncodedString() }

    /// As OpenSSH prints it: `SHA256:` and unpadded base64.
    public var fingerprint: String {
        let text = Data(SHA256.hash(data: blob)).base64EncodedString()
        return "SHA256:" + text.prefix { $0 != "=" }
    }

    /// The type in words: ED25519, ECDSA, RSA.
    public var family: String {
        if type.contains("ed25519") { return "ED25519" }
        if type.contains("ecdsa") { return "ECDSA" }
        return type.contains("rsa") ? "RSA" : type
    }

    /// The length of an RSA key's modulus; `nil` for keys of other types.
    var rsaBits: Int? {
        var reader = SSHBytesReader(blob)
        guard reader.text() == "ssh-rsa", reader.string() != nil, let modulus = reader.string() else { return nil }
        let digits = modulus.drop { $0 == 0 }
        return digits.first.map { digits.count * 8 - $0.leadingZeroBitCount } ?? 0
    }

    /// The blob under another type name. An RSA key signed with SHA-2 must travel like this through libssh2 1.10,
    /// which takes the signature's algorithm from the blob (RFC 8332 names the algorithms).
    func renamed(_ name: String) -> [UInt8] {
        var writer = SSHBytesWriter()
        writer.string(name)
        return writer.bytes + blob.dropFirst(4 + type.utf8.count)
    }
}
