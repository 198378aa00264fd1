import CryptoExtras
import FoundationEssentials
import Glibc
import Platform

/// What can be told of a private key file without its passphrase, and its RSA signer.
///
/// OpenSSH's own container is described in PROTOCOL.key of its sources; the others are PKCS#1, SEC 1 and PKCS#8 in PEM.
struct PrivateKeyFile {
    enum Family { case rsa, other }

    let path: String
    let family: Family
    let isEncrypted: Bool
    /// From OpenSSH's container, else from the `.pub` file beside it.
    let publicKey: SSHPublicKey?
    private let text: String
    private let openSSHPrivate: [UInt8]

    /// - Throws: ``SSHError`` of code `localFile` when the file is missing, unreadable, open to others, or no key.
    init(path: String) throws(SSHError) {
        try Self.check(path)
        guard let data = FileManager.default.contents(atPath: path), data.count <= 1 << 20 else {
            throw SSHError(.localFile, "cannot read \(path)")
        }
        self.path = path
        text = String(decoding: data, as: UTF8.self)
        let beside = FileManager.default.contents(atPath: path + ".pub")
            .flatMap { SSHPublicKey(line: String(decoding: $0, as: UTF8.self)) }
        if let body = Self.pemBody(text, "OPENSSH PRIVATE KEY") {
            guard let container = Self.openSSHContainer(body) else {
                throw SSHError(.localFile, "cannot use \(path): its contents are damaged")
            }
            publicKey = container.key
            isEncrypted = container.cipher != "none"
            openSSHPrivate = container.secret
            family = container.key.type == "ssh-rsa" ? .rsa : .other
            return
        }
        guard text.contains("PRIVATE KEY-----") else {
            throw SSHError(.localFile, "cannot use \(path): it is no private key")
        }
        publicKey = beside
        openSSHPrivate = []
        isEncrypted = text.contains("ENCRYPTED")
        let plainRSA = (try? _RSA.Signing.PrivateKey(unsafePEMRepresentation: text)) != nil
        family = text.contains("BEGIN RSA") || plainRSA || beside?.type == "ssh-rsa" ? .rsa : .other
    }

    private static func check(_ path: String) throws(SSHError) {
        var info = stat()
        guard stat(path, &info) == 0 else {
            throw SSHError(.localFile, "cannot read \(path): \(ErrorText.of(errno))")
        }
        guard info.st_mode & S_IFMT == S_IFREG else { throw SSHError(.localFile, "cannot use \(path): it is no file") }
        // The same rule as OpenSSH's, which applies to the caller's own files only.
        if info.st_uid == getuid(), info.st_mode & 0o077 != 0 {
            let mode = String(info.st_mode & 0o777, radix: 8)
            throw SSHError(.localFile, "cannot use \(path): its mode \(mode) lets others read it, run chmod 600 on it")
        }
        guard access(path, R_OK) == 0 else { throw SSHError(.localFile, "cannot read \(path): \(ErrorText.of(errno))") }
    }

    private static func pemBody(_ text: String, _ label: String) -> [UInt8]? {
        guard let start = text.firstRange(of: "-----BEGIN \(label)-----"), let end = text.firstRange(of: "-----END \(label)-----"),
              start.upperBound <= end.lowerBound else { return nil }
        let lines = text[start.upperBound ..< end.lowerBound].filter { !$0.isWhitespace }
        return Data(base64Encoded: String(lines)).map { Array($0) }
    }

    private static func openSSHContainer(_ body: [UInt8]) -> (key: SSHPublicKey, cipher: String, secret: [UInt8])? {
        var reader = SSHBytesReader(body)
        guard reader.bytes(15) == Array("openssh-key-v1\0".utf8), let cipher = reader.text(), reader.string() != nil,
              reader.string() != nil, reader.uint32() == 1, let blob = reader.string(), let secret = reader.string(),
              let key = SSHPublicKey(blob: blob) else { return nil }
        return (key, cipher, secret)
    }

    /// The key for RSA signatures; `nil` when it is encrypted or damaged.
    func rsaKey() -> (key: _RSA.Signing.PrivateKey, publicKey: SSHPublicKey)? {
        guard !isEncrypted, family == .rsa else { return nil }
        guard openSSHPrivate.isEmpty else {
            return publicKey.flatMap { blob in rsaFromOpenSSH().map { ($0, blob) } }
        }
        guard let key = try? _RSA.Signing.PrivateKey(unsafePEMRepresentation: text),
              let parts = try? key.publicKey.getKeyPrimitives() else { return nil }
        var writer = SSHBytesWriter()
        writer.string("ssh-rsa")
        writer.string(Self.mpint(Array(parts.publicExponent)))
        writer.string(Self.mpint(Array(parts.modulus)))
        return SSHPublicKey(blob: writer.bytes).map { (key, $0) }
    }

    /// The fields of an RSA key in OpenSSH's container: n, e, d, iqmp, p, q.
    private func rsaFromOpenSSH() -> _RSA.Signing.PrivateKey? {
        var reader = SSHBytesReader(openSSHPrivate)
        guard let first = reader.uint32(), let second = reader.uint32(), first == second, reader.text() == "ssh-rsa",
              let n = reader.string(), let e = reader.string(), let d = reader.string(), reader.string() != nil,
              let p = reader.string(), let q = reader.string() else { return nil }
        return try? _RSA.Signing.PrivateKey(n: n, e: e, d: d, p: p, q: q)
    }

    /// RFC 4251: shortest form, with a zero before a leading bit that is set.
    private static func mpint(_ bytes: [UInt8]) -> [UInt8] {
        let short = Array(bytes.drop { $0 == 0 })
        return (short.first ?? 0) >= 0x80 ? [0] + short : short
    }
}
