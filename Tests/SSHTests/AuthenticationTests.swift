import FoundationEssentials
import Glibc
import SSH
import TestSupport
import Testing

@Suite struct AuthenticationTests {
    private func server(_ keys: [PrivateSSHServer.KeyType] = [.ed25519], lines: [String] = []) throws -> PrivateSSHServer {
        var options = PrivateSSHServer.Options()
        options.userKeys = keys
        options.configLines = lines
        return try PrivateSSHServer(options)
    }

    private func login(_ target: SSHTarget, _ credentials: SSHCredentials = SSHCredentials()) async throws {
        let session = try await SSHSession.connect(to: target, credentials: credentials)
        #expect(try await session.output("echo in").text == "in\n")
        await session.close()
    }

    @Test("a key file of each type lets the user in", arguments: PrivateSSHServer.KeyType.allCases)
    func logsInWithFile(_ type: PrivateSSHServer.KeyType) async throws {
        let server = try server([type])
        try await login(server.target(keys: [type]))
    }

    @Test("RSA and ECDSA keys in PEM let the user in", arguments: [("rsa", "PEM"), ("rsa", "PKCS8"), ("ecdsa", "PEM")])
    func logsInWithPEM(_ type: String, _ format: String) async throws {
        let kind = try #require(PrivateSSHServer.KeyType(rawValue: type))
        let server = try server([])
        let path = server.folder.file("pem")
        try PrivateSSHServer.makeKey(kind, at: path, scratch: server.folder, arguments: ["-m", format])
        try server.authorize(publicKeyFile: path + ".pub")
        var target = server.target()
        target.identityFiles = [path]
        try await login(target)
    }

    @Test("an agent's key of each type lets the user in", arguments: PrivateSSHServer.KeyType.allCases)
    func logsInWithAgent(_ type: PrivateSSHServer.KeyType) async throws {
        let server = try server([type])
        let agent = try await PrivateAgent()
        try agent.add(server.identityFile(type))
        var target = server.target()
        target.identityFiles = []
        target.identityAgent = agent.socket
        try await login(target)
        // With IdentitiesOnly, a key that no identity file names is not offered.
        target.identitiesOnly = true
        let refusal = await failure { try await login(target) }
        #expect(refusal?.code == .authenticationFailed)
        // The public half of the file is enough to name it.
        let renamed = server.folder.file("public_only")
        try FileManager.default.copyItem(atPath: server.identityFile(type) + ".pub", toPath: renamed + ".pub")
        target.identityFiles = [renamed]
        try await login(target)
        withExtendedLifetime(agent) {}
    }

    @Test("an encrypted key asks for its passphrase", arguments: [PrivateSSHServer.KeyType.ed25519, .ecdsa])
    func asksForPassphrase(_ type: PrivateSSHServer.KeyType) async throws {
        let server = try server([])
        let path = server.folder.file("locked")
        try PrivateSSHServer.makeKey(type, at: path, passphrase: "open sesame", scratch: server.folder)
        try server.authorize(publicKeyFile: path + ".pub")
        var target = server.target()
        target.identityFiles = [path]
        try await login(target, SSHCredentials(passphrase: { $0 == path ? "open sesame" : nil }))
        let wrong = await failure { try await login(target, SSHCredentials(passphrase: { _ in "hocus pocus" })) }
        #expect(wrong?.code == .authenticationFailed)
        #expect(wrong?.description.contains("hocus") == false)
        let none = await failure { try await login(target) }
        #expect(none?.message.contains("ssh-add \(path)") == true)
    }

    @Test("an encrypted RSA key file is refused with the way out")
    func refusesEncryptedRSA() async throws {
        let server = try server([])
        let path = server.folder.file("locked")
        try PrivateSSHServer.makeKey(.rsa, at: path, passphrase: "open sesame", scratch: server.folder)
        var target = server.target()
        target.identityFiles = [path]
        let error = await failure { try await login(target) }
        #expect(error?.code == .authenticationFailed)
        #expect(error?.message.contains("ssh-add \(path)") == true)
    }

    @Test("the error lists every attempt and why it failed")
    func listsAttempts() async throws {
        let server = try server([])
        let names = ["stranger", "open", "damaged", "notakey"].map { server.folder.file($0) }
        for name in names.prefix(2) { try PrivateSSHServer.makeKey(.ed25519, at: name, scratch: server.folder) }
        chmod(names[1], 0o644)
        let begin = "-----BEGIN OPENSSH PRIVATE KEY-----", end = "-----END OPENSSH PRIVATE KEY-----"
        try server.folder.write("\(begin)\nb3BlbnNzaC1rZXktdjEAAAAA\n\(end)\n", to: "damaged")
        try server.folder.write("hello\n", to: "notakey")
        for name in names.suffix(2) { chmod(name, 0o600) }
        var target = server.target()
        target.identityFiles = names + [server.folder.file("missing")]
        target.identityAgent = server.folder.file("no-agent")
        let error = try #require(await failure { try await login(target) })
        #expect(error.code == .authenticationFailed)
        #expect(error.message.contains("\(names[0]): not accepted"))
        #expect(error.message.contains("mode 644"))
        #expect(error.message.contains("\(names[2]): its contents are damaged"))
        #expect(error.message.contains("\(names[3]): it is no private key"))
        #expect(error.message.contains("no-agent"))
        #expect(!error.message.contains("missing"))
        #expect(error.message.contains("the host accepts publickey"))
        #expect(error.remedy?.contains("authorized_keys") == true)
    }

    @Test("a host that gives up after a few keys is an error that says so")
    func meetsMaximumOfTries() async throws {
        let server = try server([.ed25519], lines: ["MaxAuthTries 2"])
        var target = server.target()
        let strangers = try (0 ..< 4).map { number in
            let path = server.folder.file("stranger\(number)")
            try PrivateSSHServer.makeKey(.ed25519, at: path, scratch: server.folder)
            return path
        }
        target.identityFiles = strangers + target.identityFiles
        let error = await failure { try await login(target) }
        #expect(error?.code == .authenticationFailed)
        #expect(error?.message.contains("MaxAuthTries") == true, "\(error?.message ?? "")")
    }
}
