import Crypto
import FoundationEssentials

/// The entries of known_hosts files; the format is that of sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT".
struct KnownHosts {
    struct Entry {
        let file: String
        /// Counted from 1.
        let line: Int
        let isRevoked: Bool
        let hosts: String
        let key: SSHPublicKey
    }

    enum Finding {
        case known(Entry)
        case revoked(Entry)
        /// The host has another key of the same type.
        case changed(Entry)
        /// No entry of this type; `others` are the host's entries of other types.
        case unknown(others: [Entry])
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

    /// The types of the keys that are known for any of `names`, in the files' order.
    func keyTypes(for names: [String]) -> [String] {
        var types: [String] = []
        for entry in entries where !entry.isRevoked && names.contains(where: { Self.matches(entry.hosts, $0) }) {
            if !types.contains(entry.key.type) { types.append(entry.key.type) }
        }
        return types
    }

    /// - Parameter names: the name to look for first, then one that may vouch for the key but not contradict it
    ///   (OpenSSH looks for `[host]:port`, then for `host`).
    func find(_ key: SSHPublicKey, names: [String]) -> Finding {
        let ours = entries.filter { entry in names.contains { Self.matches(entry.hosts, $0) } }
        if let revoked = ours.first(where: { $0.isRevoked && $0.key == key }) { return .revoked(revoked) }
        let valid = ours.filter { !$0.isRevoked }
        if let known = valid.first(where: { $0.key == key }) { return .known(known) }
        let primary = valid.filter { entry in names.first.map { Self.matches(entry.hosts, $0) } ?? false }
        if let changed = primary.first(where: { $0.key.type == key.type }) { return .changed(changed) }
        return .unknown(others: primary)
    }

    /// Whether a host field names `name`: a hash, or patterns of which one matches and no negated one does.
    static func matches(_ hosts: String, _ name: String) -> Bool {
        let name = name.lowercased()
        if hosts.hasPrefix("|1|") { return matchesHash(hosts, name) }
        var found = false
        for pattern in hosts.split(separator: ",") {
            if pattern.hasPrefix("!") {
                if wildcard(Array(pattern.dropFirst().lowercased().utf8), Array(name.utf8)) { return false }
            } else if !found, wildcard(Array(pattern.lowercased().utf8), Array(name.utf8)) {
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

    /// `*` stands for any run of characters, `?` for one; linear but for the last star's retries.
    static func wildcard(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        var p = 0, t = 0
        var star = -1, resume = 0
        while t < text.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                star = p
                resume = t
                p += 1
            } else if p < pattern.count, pattern[p] == UInt8(ascii: "?") || pattern[p] == text[t] {
                p += 1
                t += 1
            } else if star >= 0 {
                resume += 1
                t = resume
                p = star + 1
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
