import CLibSSH2
import FoundationEssentials
import Platform
@testable import SSH
import Synchronization
import Testing
import TestSupport

/// Settings that guard the user, through the installed ssh and through this client.
@Suite struct SecuritySettingTests {
    private let oracle: Oracle
    private var server: PrivateSSHServer { oracle.server }

    init() throws {
        var options = PrivateSSHServer.Options()
        options.configLines = ["LogLevel DEBUG1", "Ciphers +aes256-cbc", "KexAlgorithms +diffie-hellman-group14-sha1"]
        oracle = Oracle(server: try PrivateSSHServer(options))
    }

    private static let lines = [
        "KexAlgorithms ecdh-sha2-nistp384", "KexAlgorithms diffie-hellman-group14-sha1", "Ciphers aes256-ctr", "Ciphers aes256-cbc",
        "MACs hmac-sha2-512", "MACs hmac-sha1", "HostKeyAlgorithms ssh-ed25519", "HostKeyAlgorithms ecdsa-sha2-nistp256",
        "PubkeyAcceptedAlgorithms ssh-ed25519", "PubkeyAcceptedAlgorithms ecdsa-sha2-nistp256", "PubkeyAcceptedAlgorithms -ssh-ed25519",
        "PubkeyAuthentication no", "PreferredAuthentications password", "PreferredAuthentications publickey", "PreferredAuthentications none",
        "AddressFamily inet", "AddressFamily inet6", "BindAddress 127.0.0.1", "BindAddress 192.0.2.1", "BindInterface lo", "BatchMode yes",
        "RequiredRSASize 4096", "RevokedHostKeys /no/such/file",
    ]

    @Test("what ssh is let in or kept out by does the same here")
    func agrees() async throws {
        for line in Self.lines {
            let config = try oracle.configuration([line])
            let theirs = try await oracle.admitsSSH(config)
            let refusal = await oracle.refusal(config)
            #expect((refusal == nil) == theirs, "\(line): ssh \(theirs ? "connects" : "refuses"), we: \(String(describing: refusal))")
        }
    }

    @Test("of what the user allows nothing else is agreed on", arguments: [
        ("Ciphers", "aes256-ctr"), ("Ciphers", "aes256-cbc"), ("MACs", "hmac-sha1"), ("KexAlgorithms", "ecdh-sha2-nistp521"),
    ])
    func obeysChoice(_ keyword: String, _ name: String) async throws {
        let before = server.log().count
        let session = try await oracle.session(try oracle.configuration(["\(keyword) \(name)"]))
        #expect(try await session.output("echo in").text == "in\n")
        let kex = server.log().dropFirst(before).split(separator: "\n").filter { $0.contains("kex: ") }
        #expect(kex.contains { $0.contains(" \(name)") }, "\(kex)")
    }

    @Test("a list of which libssh2 can nothing is refused with its keyword", arguments: [
        ("KexAlgorithms", "sntrup761x25519-sha512@openssh.com"), ("Ciphers", "aes128-gcm@openssh.com,chacha20-poly1305@openssh.com"),
        ("MACs", "umac-64-etm@openssh.com"), ("HostKeyAlgorithms", "rsa-sha2-512,sk-ssh-ed25519@openssh.com"),
    ])
    func namesKeyword(_ keyword: String, _ list: String) async throws {
        let refusal = await oracle.refusal(try oracle.configuration(["\(keyword) \(list)"]))
        #expect(refusal?.code == .invalidTarget)
        #expect(refusal?.message.contains("\(keyword) \(list)") == true, "\(String(describing: refusal))")
    }

    @Test("every name in our lists is known to libssh2, and without a configuration SHA-1 signatures and key exchange are out")
    func knowsAlgorithms() throws {
        let session = try #require(libssh2_session_init_ex(nil, nil, nil, nil))
        defer { libssh2_session_free(session) }
        for (method, ours) in [(LIBSSH2_METHOD_KEX, SSHAlgorithms.allKeyExchange), (LIBSSH2_METHOD_HOSTKEY, SSHAlgorithms.allHostKeys),
                               (LIBSSH2_METHOD_CRYPT_CS, SSHAlgorithms.allCiphers), (LIBSSH2_METHOD_MAC_CS, SSHAlgorithms.allMACs)] {
            var names: UnsafeMutablePointer<UnsafePointer<CChar>?>?
            let count = libssh2_session_supported_algs(session, method, &names)
            let theirs = (0 ..< max(0, Int(count))).compactMap { names?[$0].map { String(cString: $0) } }
            #expect(ours.allSatisfy { theirs.contains($0) }, "\(ours) of \(theirs)")
        }
        let usual = SSHAlgorithms()
        #expect(!usual.hostKeys.contains("ssh-rsa"))
        #expect(!usual.keyExchange.contains { $0.hasSuffix("sha1") })
        #expect(usual.ciphers == ["aes128-ctr", "aes192-ctr", "aes256-ctr"])
        #expect(usual.keyExchange.first == "curve25519-sha256")
    }

    @Test("an RSA host key with SHA-1 is taken only where the user's list has it")
    func refusesSHA1() async throws {
        var options = PrivateSSHServer.Options()
        options.hostKeys = [.rsa]
        options.configLines = ["HostKeyAlgorithms +ssh-rsa"]
        let oracle = Oracle(server: try PrivateSSHServer(options))
        let refusal = await oracle.refusal(oracle.server.configFile)
        #expect(refusal?.code == .handshakeFailed, "\(String(describing: refusal))")
        #expect(refusal?.remedy?.description.contains("HostKeyAlgorithms +ssh-rsa") == true, "\(String(describing: refusal))")
        #expect(await failure { try await oracle.server.connect().close() }?.code == .handshakeFailed)
        #expect(await oracle.refusal(try oracle.configuration(["HostKeyAlgorithms +ssh-rsa"])) == nil)
        let small = await oracle.refusal(try oracle.configuration(["HostKeyAlgorithms +ssh-rsa", "RequiredRSASize 8192"]))
        #expect(small?.message.contains("RequiredRSASize") == true, "\(String(describing: small))")
    }

    @Test("an RSA key of the user signs with what is allowed, and not at all if that is SHA-1 or the key is too short")
    func signsWithRSA() async throws {
        var options = PrivateSSHServer.Options()
        options.userKeys = [.rsa]
        let oracle = Oracle(server: try PrivateSSHServer(options))
        for name in ["rsa-sha2-256", "rsa-sha2-512"] {
            #expect(await oracle.refusal(try oracle.configuration(["PubkeyAcceptedAlgorithms \(name)"])) == nil)
        }
        for (line, keyword) in [("PubkeyAcceptedAlgorithms ssh-rsa", "PubkeyAcceptedAlgorithms"), ("RequiredRSASize 8192", "RequiredRSASize")] {
            let refusal = await oracle.refusal(try oracle.configuration([line]))
            #expect(refusal?.code == .authenticationFailed, "\(String(describing: refusal))")
            #expect(refusal?.message.contains(keyword) == true, "\(String(describing: refusal))")
        }
    }

    @Test("RevokedHostKeys is a list of keys or a revocation list, by key or by hash; a damaged one trusts nobody")
    func honoursRevocation() async throws {
        let folder = server.folder
        try PrivateSSHServer.makeKey(.ed25519, at: folder.file("other"), scratch: folder)
        func text(_ path: String) throws -> String { try String(contentsOfFile: path + ".pub", encoding: .utf8) }
        let (own, other) = (try text(server.hostKeyFile()), try text(folder.file("other")))
        try folder.write("# none\n\n" + other, to: "list-other")
        try folder.write(other + "  " + own, to: "list-own")
        try folder.write("nonsense\n" + other, to: "list-bad")
        try folder.write("sha1: " + own, to: "sha1.txt")
        try folder.write("sha256: " + own, to: "sha256.txt")
        try run(["/usr/bin/ssh-keygen", "-q", "-k", "-f", folder.file("krl-own"), server.hostKeyFile() + ".pub"])
        try run(["/usr/bin/ssh-keygen", "-q", "-k", "-f", folder.file("krl-other"), folder.file("other.pub")])
        for hash in ["sha1", "sha256"] { try run(["/usr/bin/ssh-keygen", "-q", "-k", "-f", folder.file("krl-\(hash)"), folder.file(hash + ".txt")]) }
        let whole = try Data(contentsOf: URL(filePath: folder.file("krl-other")))
        try whole.dropLast(3).write(to: URL(filePath: folder.file("krl-cut")))
        for (name, isTrusted) in [("list-other", true), ("list-own", false), ("list-bad", false), ("krl-own", false), ("krl-other", true),
                                  ("krl-sha1", false), ("krl-sha256", false), ("krl-cut", false)] {
            let config = try oracle.configuration(["RevokedHostKeys \(folder.file(name))"])
            #expect(try await oracle.admitsSSH(config) == isTrusted, "\(name)")
            let refusal = await oracle.refusal(config)
            #expect((refusal == nil) == isTrusted, "\(name): \(String(describing: refusal))")
            #expect(refusal?.message.contains("RevokedHostKeys") != false, "\(name): \(String(describing: refusal))")
        }
    }

    /// A server that offers passwords and questions, whoever runs it.
    private func askingServer() throws -> PrivateSSHServer {
        var options = PrivateSSHServer.Options()
        options.configLines = ["PasswordAuthentication yes", "KbdInteractiveAuthentication yes", "MaxAuthTries 20"]
        options.userKeys = []
        return try PrivateSSHServer(options)
    }

    @Test("nothing is asked for that the configuration rules out", arguments: [
        (["BatchMode yes"], 0, 0, "BatchMode"),
        (["PreferredAuthentications publickey"], 0, 0, "PreferredAuthentications"),
        (["PreferredAuthentications password"], 3, 0, "PreferredAuthentications"),
        (["PasswordAuthentication no", "KbdInteractiveAuthentication no"], 0, 0, "PasswordAuthentication"),
        (["PasswordAuthentication no"], 0, nil, "password by PasswordAuthentication"),
        (["NumberOfPasswordPrompts 1", "KbdInteractiveAuthentication no"], 1, 0, "keyboard-interactive by KbdInteractiveAuthentication"),
        (["NumberOfPasswordPrompts 0"], 0, 0, "NumberOfPasswordPrompts"),
        (["PubkeyAuthentication no", "BatchMode yes"], 0, 0, "publickey by PubkeyAuthentication"),
    ] as [([String], Int, Int?, String)])
    func asksNothing(_ lines: [String], _ passwords: Int, _ questions: Int?, _ named: String) async throws {
        let server = try askingServer()
        let asked = Mutex((passwords: 0, questions: 0))
        let credentials = SSHCredentials(
            passphrase: { _ in Issue.record("asked for a passphrase"); return nil },
            password: { _ in asked.withLock { $0.passwords += 1 }; return "hocus pocus" },
            answers: { _, questions in asked.withLock { $0.questions += 1 }; return questions.map { _ in "hocus pocus" } })
        var overrides = SSHOverrides()
        let known = "UserKnownHostsFile \"\(server.knownHostsFile)\"\nIdentityAgent none\nIdentitiesOnly yes\nIdentityFile none"
        overrides.configFile = try server.folder.write(
            (lines + ["Host private", "HostName 127.0.0.1", "Port \(server.port)", "User \(server.user)", known]).joined(separator: "\n") + "\n", to: "asking")
        let target = try await SSHTarget.resolve(spec: "private", overrides: overrides)
        let thrown = await failure { _ = try await SSHSession.connect(to: target, credentials: credentials) }
        let error = try #require(thrown)
        #expect(error.code == .authenticationFailed, "\(error)")
        #expect(error.message.contains(named), "\(error)")
        #expect(asked.withLock { $0.passwords } == passwords)
        if let questions { #expect(asked.withLock { $0.questions } == questions) }
    }

    @Test("an encrypted key is not unlocked in batch mode")
    func asksNoPassphrase() async throws {
        let locked = server.folder.file("locked")
        try PrivateSSHServer.makeKey(.ed25519, at: locked, passphrase: "open sesame", scratch: server.folder)
        var target = server.target()
        (target.identityFiles, target.login.asksNothing) = ([locked], true)
        let credentials = SSHCredentials(passphrase: { _ in Issue.record("asked"); return "open sesame" })
        let refused = await code { [target] in _ = try await SSHSession.connect(to: target, credentials: credentials) }
        #expect(refused == .authenticationFailed)
    }

    @Test("what cannot be used is named: descriptors passed by a proxy, certificates, other logins")
    func namesUnsupported() async throws {
        let config = try oracle.configuration(["ProxyUseFdpass yes", "ProxyCommand nc -F %h %p"])
        #expect(await oracle.refusal(config)?.message.contains("ProxyUseFdpass") == true)
        try server.folder.write("", to: "authorized_keys")
        let lines = ["CertificateFile /c", "HostbasedAuthentication yes", "GSSAPIAuthentication yes"]
        let refusal = await oracle.refusal(try oracle.configuration(lines))
        #expect(refusal?.message.hasSuffix("not supported by this program: CertificateFile") == true, "\(String(describing: refusal))")
        var options = PrivateSSHServer.Options()
        options.configLines = ["HostbasedAuthentication yes"]
        options.userKeys = []
        let hostbased = Oracle(server: try PrivateSSHServer(options))
        let other = await hostbased.refusal(try hostbased.configuration(lines))
        #expect(other?.message.contains("CertificateFile, HostbasedAuthentication") == true, "\(String(describing: other))")
    }
}
