import FoundationEssentials
import Glibc

/// Decides whether a host's key is the right one, and remembers a new one where that is allowed.
struct HostKeyCheck {
    let target: SSHTarget
    /// A fingerprint that the user has confirmed for this connection.
    let acceptedFingerprint: String?
    let known: KnownHosts

    init(target: SSHTarget, acceptedFingerprint: String?) {
        self.target = target
        self.acceptedFingerprint = acceptedFingerprint
        known = KnownHosts(files: target.userKnownHostsFiles + target.globalKnownHostsFiles)
    }

    /// How OpenSSH writes the host in known_hosts, then the form without the port.
    var names: [String] {
        if let alias = target.hostKeyAlias { return [alias] }
        return target.port == 22 ? [target.host] : ["[\(target.host)]:\(target.port)", target.host]
    }

    /// What this client can verify, the types that are known for the host first.
    var keyTypePreference: [String] {
        let all = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"]
        let known = known.keyTypes(for: names).filter { all.contains($0) }
        return known + all.filter { !known.contains($0) }
    }

    /// - Returns: a sentence for the log.
    func verify(_ key: SSHPublicKey) throws(SSHError) -> String {
        switch known.find(key, names: names) {
        case .known(let entry):
            return "host key \(key.fingerprint) is known from \(entry.file):\(entry.line)"
        case .revoked(let entry):
            throw SSHError(.hostKeyChanged, """
                cannot trust \(target.host): its \(key.family) host key \(key.fingerprint) is marked as revoked \
                in \(entry.file):\(entry.line)
                """, remedy: "do not connect; ask the host's administrator for its new key")
        case .changed(let entry):
            throw changed(key, entry)
        case .unknown(let others):
            return try unknown(key, others)
        }
    }

    private func changed(_ key: SSHPublicKey, _ entry: KnownHosts.Entry) -> SSHError {
        SSHError(.hostKeyChanged, """
            cannot trust \(target.host): THE HOST KEY HAS CHANGED, someone may be listening in. \
            \(entry.file):\(entry.line) has the \(entry.key.family) key \(entry.key.fingerprint), \
            the host shows \(key.fingerprint)
            """, remedy: """
            ask the host's administrator whether the key was replaced; if it was, remove the old one with: \
            ssh-keygen -f \(shellQuoted(entry.file)) -R \(shellQuoted(names.first ?? target.host))
            """)
    }

    private func unknown(_ key: SSHPublicKey, _ others: [KnownHosts.Entry]) throws(SSHError) -> String {
        let mayAppend = switch target.strictHostKeyChecking {
        case .acceptNew, .no: true
        case .yes, .ask: acceptedFingerprint == key.fingerprint
        }
        guard mayAppend else { throw refusal(key, others) }
        guard let file = target.userKnownHostsFiles.first, file != "/dev/null" else {
            return "host key \(key.fingerprint) was accepted and is not remembered: there is no known_hosts file"
        }
        try append(key, to: file)
        return "host key \(key.fingerprint) was accepted and added to \(file)"
    }

    private func refusal(_ key: SSHPublicKey, _ others: [KnownHosts.Entry]) -> SSHError {
        let file = target.userKnownHostsFiles.first ?? "the known_hosts file"
        let aside = others.first.map { "; \($0.file):\($0.line) has only its \($0.key.family) key" } ?? ""
        let mistaken = acceptedFingerprint.map { ", which is not the accepted \($0)" } ?? ""
        return SSHError(.hostKeyUnknown, """
            cannot trust \(target.host): its \(key.family) host key \(key.fingerprint)\(mistaken) is not in \(file)\(aside)
            """, remedy: """
            compare the fingerprint with the host's (ssh-keygen -lf /etc/ssh/ssh_host_\(key.family.lowercased())_key.pub there), \
            then accept it with --accept-host-key \(key.fingerprint), or connect once with: ssh \(shellQuoted(target.alias))
            """)
    }

    /// Adds one line in one write, so that entries of other programs stay whole.
    private func append(_ key: SSHPublicKey, to file: String) throws(SSHError) {
        let name = names.first ?? target.host
        let old = FileManager.default.contents(atPath: file)
        let gap = old.map { !$0.isEmpty && $0.last != UInt8(ascii: "\n") } ?? false
        let line = "\(gap ? "\n" : "")\(target.hashKnownHosts ? KnownHosts.hashed(name) : name) \(key.type) \(key.base64)\n"
        if let slash = file.lastIndex(of: "/"), slash != file.startIndex { mkdir(String(file[..<slash]), 0o700) }
        let descriptor = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SSHError(.localFile, "cannot add the host key to \(file): \(describe(errno))") }
        defer { close(descriptor) }
        let bytes = Array(line.utf8)
        guard bytes.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == bytes.count else {
            throw SSHError(.localFile, "cannot add the host key to \(file): \(describe(errno))")
        }
    }
}

/// `text` as one word of a POSIX shell.
func shellQuoted(_ text: String) -> String {
    let plain = text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
            || "@%+=:,./-_".utf8.contains(byte)
    }
    return plain && !text.isEmpty ? text : "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}
