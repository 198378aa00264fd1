import Platform

/// Decides whether a host's key is the right one, and remembers a new one where that is allowed.
///
/// The verdict is that of verify_host_key and check_host_key in OpenSSH's sshconnect.c, but for what is stricter here: a changed or revoked
/// key is refused whatever `StrictHostKeyChecking` says, and a key that is revoked under the bare name is not taken up under `[name]:port`.
struct HostKeyCheck {
    /// Why the key is trusted.
    struct Verdict {
        /// A sentence for the log.
        let reason: String
        /// What the user should know although it goes on.
        var warning: String?
    }

    let target: SSHTarget
    /// A fingerprint that the user has confirmed for this connection.
    let acceptedFingerprint: String?
    let peer: PeerAddress?
    let known: KnownHosts

    /// - Parameter peer: what the socket is connected to; `nil` behind a proxy.
    init(target: SSHTarget, acceptedFingerprint: String?, peer: PeerAddress? = nil) {
        self.target = target
        // OpenSSH prints base64 without its padding, other programs with it.
        self.acceptedFingerprint = acceptedFingerprint.map { text in String(text.prefix { $0 != "=" }) }
        self.peer = peer
        known = KnownHosts(files: target.userKnownHostsFiles + target.globalKnownHostsFiles)
    }

    /// How OpenSSH writes the host in known_hosts.
    var name: String { target.hostKeyAlias ?? Self.named(target.host, target.port) }

    /// The name that may vouch for a key of a host of which ``name`` knows none.
    var bareName: String? { target.hostKeyAlias == nil && target.port != 22 ? target.host : nil }

    private static func named(_ host: String, _ port: UInt16) -> String { port == 22 ? host : "[\(host)]:\(port)" }

    /// The algorithms that the user allows, the types that are known for the host first.
    var keyTypePreference: [String] {
        let all = target.algorithms.hostKeys
        var types = known.keyTypes(of: name)
        if types.isEmpty, let bareName { types = known.keyTypes(of: bareName) }
        let first = types.filter { all.contains($0) }
        return first + all.filter { !first.contains($0) }
    }

    func verify(_ key: SSHPublicKey) throws(SSHError) -> Verdict {
        try checkKind(key)
        if target.trustsLoopback, target.hostKeyAlias == nil, peer?.isLoopback == true {
            return Verdict(reason: "host key \(key.fingerprint) is not looked up: NoHostAuthenticationForLocalhost")
        }
        switch known.find(key, name: name) {
        case .known(let entry): return try alsoOfAddress(key, Verdict(reason: "host key \(key.fingerprint) is known from \(entry.place)"))
        case .revoked(let entry): throw revoked(key, "marked as revoked in \(entry.place)")
        case .other(let entries):
            // With this fingerprint the user vouches for a further key, but never against one of the same type.
            if let entry = entries.first(where: { $0.key.type == key.type }) { throw changed(key, entry) }
            guard acceptedFingerprint == key.fingerprint else { throw refusal(key, entries) }
        case .none:
            if let bareName { if let verdict = try bare(key, bareName) { return verdict } }
        }
        return try alsoOfAddress(key, accept(key))
    }

    private func checkKind(_ key: SSHPublicKey) throws(SSHError) {
        guard target.algorithms.hostKeys.contains(key.type) else {
            throw SSHError(.hostKeyUnknown, "cannot trust \(target.host): it shows a key of type \(key.type), which HostKeyAlgorithms does not allow")
        }
        if let bits = key.rsaBits, bits < target.requiredRSASize {
            throw SSHError(.hostKeyUnknown, "cannot trust \(target.host): its RSA host key has \(bits) bits, and RequiredRSASize asks for \(target.requiredRSASize)")
        }
        if let file = target.revokedHostKeysFile, try RevokedKeys(file: file).contains(key) {
            throw revoked(key, "revoked by \(file), which RevokedHostKeys names")
        }
    }

    private func bare(_ key: SSHPublicKey, _ name: String) throws(SSHError) -> Verdict? {
        switch known.find(key, name: name) {
        case .known(let entry): return try alsoOfAddress(key, Verdict(reason: "host key \(key.fingerprint) is known from \(entry.place), without the port"))
        case .revoked(let entry): throw revoked(key, "marked as revoked in \(entry.place)")
        case .other, .none: return nil
        }
    }

    /// `CheckHostIP`: the address may not be known with another key.
    private func alsoOfAddress(_ key: SSHPublicKey, _ verdict: Verdict) throws(SSHError) -> Verdict {
        guard let address = addressName else { return verdict }
        switch known.find(key, name: address) {
        case .known, .none: return verdict
        case .revoked(let entry): throw revoked(key, "marked as revoked in \(entry.place)")
        case .other(let entries):
            let place = entries.first?.place ?? ""
            let text = "the \(key.family) host key of \(target.host) is not the one that \(place) has for its address \(address)"
            guard target.strictHostKeyChecking == .no else {
                throw SSHError(.hostKeyChanged, "cannot trust \(target.host): \(text)", remedy: "find out which is right; CheckHostIP asks for this check")
            }
            var verdict = verdict
            verdict.warning = text
            return verdict
        }
    }

    private var addressName: String? {
        guard target.checksAddress, let peer, !peer.isLoopback, peer.text != target.host else { return nil }
        return Self.named(peer.text, target.port)
    }

    // MARK: Refusals

    private func revoked(_ key: SSHPublicKey, _ how: String) -> SSHError {
        SSHError(.hostKeyChanged, "cannot trust \(target.host): its \(key.family) host key \(key.fingerprint) is \(how)",
                 remedy: "do not connect; ask the host's administrator for its new key")
    }

    private func changed(_ key: SSHPublicKey, _ entry: KnownHosts.Entry) -> SSHError {
        SSHError(.hostKeyChanged, """
            cannot trust \(target.host): THE HOST KEY HAS CHANGED, someone may be listening in. \
            \(entry.place) has the \(entry.key.family) key \(entry.key.fingerprint), \
            the host shows \(key.fingerprint)
            """, remedy: """
            ask the host's administrator whether the key was replaced; if it was, remove the old one with: \
            ssh-keygen -f \(ShellWord.quoted(entry.file)) -R \(ShellWord.quoted(name))
            """)
    }

    private func refusal(_ key: SSHPublicKey, _ others: [KnownHosts.Entry] = []) -> SSHError {
        let shown = "its \(key.family) host key \(key.fingerprint)"
        let compare = "compare the fingerprint with the host's (ssh-keygen -lf /etc/ssh/ssh_host_\(key.family.lowercased())_key.pub there)"
        if let given = acceptedFingerprint {
            let form = given.hasPrefix("SHA256:") ? "" : " (which has not the form SHA256:…)"
            return SSHError(.hostKeyUnknown, """
                cannot trust \(target.host): it shows the \(key.family) host key \(key.fingerprint), and the fingerprint that was given \
                to accept is another one: \(given)\(form)
                """, remedy: """
                \(compare): if the host's own is the one that is shown, a wrong one was given, or that of another of its keys; \
                if it is not, someone may be listening in: do not connect
                """)
        }
        let file = target.userKnownHostsFiles.first ?? "the known_hosts file"
        let aside = others.first.map { "; \($0.place) has only its \($0.key.family) key" } ?? ""
        let unsupported = target.keyLookups.isEmpty ? "" : "; \(target.keyLookups.joined(separator: " and ")) cannot be asked by this program"
        return SSHError(.hostKeyUnknown, "cannot trust \(target.host): \(shown) is not in \(file)\(aside)\(unsupported)",
                        remedy: Remedy.acceptHostKey(fingerprint: key.fingerprint, check: compare, alias: target.alias))
    }

    // MARK: New keys

    private func accept(_ key: SSHPublicKey) throws(SSHError) -> Verdict {
        if acceptedFingerprint != key.fingerprint {
            // What a command that we cannot run might say against the key is not passed over.
            let isWelcome = acceptedFingerprint == nil && target.keyLookups.isEmpty
            guard isWelcome, [.acceptNew, .no].contains(target.strictHostKeyChecking) else { throw refusal(key) }
        }
        let name = isWritable(name) ? name : nil
        guard let file = target.userKnownHostsFiles.first, file != "/dev/null", let name else {
            return Verdict(reason: "host key \(key.fingerprint) was accepted and is not remembered: there is no known_hosts file")
        }
        if let why = KnownHosts.append(key, name: name, hashed: target.hashKnownHosts, to: file) {
            return Verdict(reason: "host key \(key.fingerprint) was accepted", warning: """
                the new host key \(key.fingerprint) of \(target.host) was accepted for this time only: cannot add it to \(file): \(why)
                """)
        }
        return Verdict(reason: "host key \(key.fingerprint) was accepted and added to \(file)")
    }

    /// What would mean something else in a known_hosts file is not written there.
    private func isWritable(_ name: String) -> Bool {
        let host = target.hostKeyAlias ?? target.host
        return !name.isEmpty && !host.unicodeScalars.contains { "@?*#[]|'\"\\, ".unicodeScalars.contains($0) || $0.value < 0x20 }
    }
}
