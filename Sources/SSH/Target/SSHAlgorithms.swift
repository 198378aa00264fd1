import Platform

/// What may be agreed on with a host: what libssh2 1.10 can, less what the user's configuration does not allow.
///
/// Within what is allowed our own order counts, the fastest first: `ssh -G` does not tell a user's order from ssh's own.
public struct SSHAlgorithms: Sendable, Equatable {
    /// Names as in RFC 4253 and IANA's list, the first that the host has is used.
    public var keyExchange = allowed(Self.allKeyExchange, by: Self.usual)
    /// Types of host keys.
    public var hostKeys = allowed(Self.allHostKeys, by: Self.usual)
    /// Ciphers, for both directions.
    public var ciphers = allowed(Self.allCiphers, by: Self.usual)
    /// Message authentication codes, for both directions.
    public var macs = allowed(Self.allMACs, by: Self.usual)
    /// Patterns of the signatures that may be made with the user's keys.
    public var userKeys = ["ssh-ed25519", "ecdsa-sha2-nistp*", "rsa-sha2-*"]

    /// All that is in use today; what is broken has to be asked for.
    public init() {}

    static let allKeyExchange = [
        "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521",
        "diffie-hellman-group14-sha256", "diffie-hellman-group16-sha512", "diffie-hellman-group-exchange-sha256",
        "diffie-hellman-group14-sha1", "diffie-hellman-group-exchange-sha1", "diffie-hellman-group1-sha1",
    ]
    /// `ssh-rsa` has SHA-1 signatures; libssh2 1.10 makes no others with RSA host keys.
    static let allHostKeys = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"]
    static let allCiphers = ["aes128-ctr", "aes192-ctr", "aes256-ctr", "aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"]
    static let allMACs = ["hmac-sha2-256", "hmac-sha2-512", "hmac-sha1", "hmac-sha1-96", "hmac-md5", "hmac-md5-96"]

    /// What ssh does without, unless it is asked for.
    private static let unusual = [
        "diffie-hellman-group14-sha1", "diffie-hellman-group-exchange-sha1", "diffie-hellman-group1-sha1", "ssh-rsa",
        "aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc", "hmac-sha1-96", "hmac-md5", "hmac-md5-96",
    ]

    private static let usual: [String] = (allKeyExchange + allHostKeys + allCiphers + allMACs).filter { !unusual.contains($0) }

    private static func allowed(_ ours: [String], by patterns: [String]) -> [String] {
        ours.filter { name in patterns.contains { Wildcard.matches(pattern: Array($0.utf8), Array(name.utf8)) } }
    }

    /// Takes over what `ssh -G` prints for the keywords of algorithms.
    /// - Throws: ``SSHError`` of code `invalidTarget` that names the keyword of which nothing is left.
    mutating func restrict(host: String, _ value: (String) -> String?) throws(SSHError) {
        func choose(_ keyword: String, _ ours: [String], _ list: inout [String]) throws(SSHError) {
            guard let text = value(keyword.lowercased()) else { return }
            list = Self.allowed(ours, by: text.split(separator: ",").map(String.init))
            guard list.isEmpty else { return }
            throw SSHError(.invalidTarget, "cannot connect to \(host): \(keyword) \(text) allows nothing that this program can do", remedy: """
                allow one of \(ours.filter { !Self.unusual.contains($0) }.joined(separator: ", ")) for this host in the ssh configuration
                """)
        }
        try choose("KexAlgorithms", Self.allKeyExchange, &keyExchange)
        try choose("HostKeyAlgorithms", Self.allHostKeys, &hostKeys)
        try choose("Ciphers", Self.allCiphers, &ciphers)
        try choose("MACs", Self.allMACs, &macs)
        if let text = value("pubkeyacceptedalgorithms") { userKeys = text.split(separator: ",").map(String.init) }
    }

    /// The algorithm for signatures of `key`, or `nil` if the configuration allows none that can be made.
    func signature(of type: String) -> String? {
        let names = type == "ssh-rsa" ? ["rsa-sha2-256", "rsa-sha2-512"] : [type]
        return Self.allowed(names, by: userKeys).first
    }
}
