import Crypto
import FoundationEssentials
import Platform

/// The entries of known_hosts files; the format is that of sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT".
struct KnownHosts {
    struct Entry {
        let file: String
        /// Counted from 1.
        let line: Int
        let isRevoked: Bool
        let hosts: String
        let key: SSHPublicKey

        var place: String { "\(file):\(line)" }
    }

    /// What the entries of one name say of a key.
    enum Finding {
        case known(Entry)
        case revoked(Entry)
        /// The name has other keys, but not this one.
        case other([Entry])
        /// The name has no key.
        case none
    }

    private(set) var entries: [Entry] = []

    init() {}

    /// Files that do not exist have no entries.
    init(files: [String]) {
        for file in files {
            guard let data = FileManager.default.contents(atPath: file) else { continue }
            add(Array(data), from: file)
        }
    }

    /// Damaged lines and certificate authorities are passed over.
    mutating func add(_ bytes: [UInt8], from file: String) {
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            if let entry = Self.parse(line, file: file, number: number) { entries.append(entry) }
        }
    }

    private static func parse(_ line: ArraySlice<UInt8>, file: String, number: Int) -> Entry? {
        var words = line.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d })
        guard let first = words.first, first.first != UInt8(ascii: "#") else { return nil }
        var isRevoked = false
        if first.first == UInt8(ascii: "@") {
            guard first.elementsEqual("@revoked".utf8) else { return nil }
            isRevoked = true
            words.removeFirst()
        }
        guard words.count >= 3, let key = SSHPublicKey(base64: String(decoding: words[2], as: UTF8.self)),
              key.type.utf8.elementsEqual(words[1]) else { return nil }
        return Entry(file: file, line: number, isRevoked: isRevoked, hosts: String(decoding: words[0], as: UTF8.self), key: key)
    }

    private func entries(of name: String) -> [Entry] { entries.filter { Self.matches($0.hosts, name) } }

    /// The types of the keys that are known for `name`, in the files' order.
    func keyTypes(of name: String) -> [String] {
        var types: [String] = []
        for entry in entries(of: name) where !entry.isRevoked && !types.contains(entry.key.type) { types.append(entry.key.type) }
        return types
    }

    /// As check_key_in_hostkeys of OpenSSH's hostfile.c: one name, all files together, a revocation wins.
    func find(_ key: SSHPublicKey, name: String) -> Finding {
        let ours = entries(of: name)
        if let revoked = ours.first(where: { $0.isRevoked && $0.key == key }) { return .revoked(revoked) }
        let valid = ours.filter { !$0.isRevoked }
        if let known = valid.first(where: { $0.key == key }) { return .known(known) }
        return valid.isEmpty ? .none : .other(valid)
    }

    /// Whether a host field names `name`: a hash, or patterns of which one matches and no negated one does.
    static func matches(_ hosts: String, _ name: String) -> Bool {
        let name = name.lowercased()
        if hosts.hasPrefix("|1|") { return matchesHash(hosts, name) }
        var found = false
        for pattern in hosts.split(separator: ",") {
            if pattern.hasPrefix("!") {
                if Wildcard.matches(pattern: Array(pattern.dropFirst().lowercased().utf8), Array(name.utf8)) { return false }
            } else if !found, Wildcard.matches(pattern: Array(pattern.lowercased().utf8), Array(name.utf8)) {
                found = true
            }
        }
        return found
    }

    private static func matchesHash(_ hosts: String, _ name: String) -> Bool {
        let parts = hosts.split(separator: "|")
        guard parts.count == 3, let salt = Data(base64Encoded: String(parts[1])),
              let digest = Data(base64Encoded: String(parts[2])) else { return false }
        return Data(hash(name, salt: salt)) == digest
    }

    private static func hash(_ name: String, salt: Data) -> HMAC<Insecure.SHA1>.MAC {
        HMAC<Insecure.SHA1>.authenticationCode(for: Data(name.utf8), using: SymmetricKey(data: salt))
    }

    /// The host field that hides `name`, as `HashKnownHosts yes` writes it.
    static func hashed(_ name: String) -> String {
        let salt = Data((0 ..< 20).map { _ in UInt8.random(in: 0 ... 255) })
        return "|1|\(salt.base64EncodedString())|\(Data(hash(name.lowercased(), salt: salt)).base64EncodedString())"
    }
}
