import FoundationEssentials
import Glibc
import Platform
import SSH
import Synchronization
import Testing
import TestSupport

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
        #expect(error.remedy?.description.contains("authorized_keys") == true)
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

    /// What the server was asked for, in order: `none` is the question what it accepts.
    private func requests(_ server: PrivateSSHServer) -> [Substring] {
        server.log().split(whereSeparator: \.isNewline).filter { $0.contains("userauth-request") }.compactMap { line in
            line.split(separator: " ").drop { $0 != "method" }.dropFirst().first
        }
    }

    @Test("an only key is tried without a question; when it is refused, a new connection asks")
    func triesOnlyKey() async throws {
        let server = try server(lines: ["LogLevel DEBUG1"])
        try await login(server.target())
        #expect(try await eventually { requests(server) == ["publickey", "publickey"] })
        var target = server.target()
        target.identityFiles = [server.folder.file("stranger")]
        try PrivateSSHServer.makeKey(.ed25519, at: target.identityFiles[0], scratch: server.folder)
        let error = await failure { try await login(target) }
        #expect(error?.message.contains("the host accepts publickey") == true)
        #expect(try await eventually { requests(server).dropFirst(2) == ["publickey", "none", "publickey"] })
    }

    @Test("of several keys none is tried before the host has said that it accepts keys, so that no try is lost")
    func asksBeforeSeveralKeys() async throws {
        let server = try server(lines: ["LogLevel DEBUG1", "MaxAuthTries 2"])
        var target = server.target()
        let stranger = server.folder.file("stranger")
        try PrivateSSHServer.makeKey(.ed25519, at: stranger, scratch: server.folder)
        target.identityFiles = [stranger] + target.identityFiles
        try await login(target)
        #expect(try await eventually { requests(server) == ["none", "publickey", "publickey", "publickey"] })
    }

    @Test("the key that let one session in is the first of the next")
    func remembersKey() async throws {
        let server = try server(lines: ["LogLevel DEBUG1"])
        var target = server.target()
        let stranger = server.folder.file("stranger")
        try PrivateSSHServer.makeKey(.ed25519, at: stranger, scratch: server.folder)
        target.identityFiles = [stranger] + target.identityFiles
        let session = try await SSHSession.connect(to: target)
        let key = try #require(await session.knownKey)
        let first = ["none", "publickey", "publickey", "publickey"] as [Substring]
        #expect(try await eventually { requests(server) == first })
        let next = try await SSHSession.connect(to: target, knownKey: key)
        #expect(try await eventually { requests(server) == first + ["publickey", "publickey"] })
        // One that is gone, or no longer accepted, is no obstacle.
        let other = try await SSHSession.connect(to: target, knownKey: "key of old")
        let another = try await SSHSession.connect(to: target, knownKey: "key \(stranger)")
        for session in [session, next, other, another] { await session.close() }
    }

    @Test("an only key that is refused takes no try from an encrypted one")
    func keepsTriesForEncryptedKey() async throws {
        let server = try server([], lines: ["MaxAuthTries 2"])
        let (stranger, locked) = (server.folder.file("stranger"), server.folder.file("locked"))
        try PrivateSSHServer.makeKey(.ed25519, at: stranger, scratch: server.folder)
        try PrivateSSHServer.makeKey(.ed25519, at: locked, passphrase: "open sesame", scratch: server.folder)
        try server.authorize(publicKeyFile: locked + ".pub")
        var target = server.target()
        target.identityFiles = [stranger, locked]
        try await login(target, SSHCredentials(passphrase: { $0 == locked ? "open sesame" : nil }))
    }

    @Test("a key that is in the agent and in a file is one key")
    func sameKeyTwice() async throws {
        let server = try server(lines: ["LogLevel DEBUG1"])
        let agent = try await PrivateAgent()
        try agent.add(server.identityFile(.ed25519))
        var target = server.target()
        target.identityAgent = agent.socket
        try await login(target)
        #expect(try await eventually { requests(server) == ["publickey", "publickey"] })
        withExtendedLifetime(agent) {}
    }

    @Test("a host that wants a key and a password gets both, whether there is one key or two", .enabled(if: PrivateSSHServer.allowsPasswords, refusal), arguments: [1, 2])
    func keyAndPassword(keys: Int) async throws {
        var options = PrivateSSHServer.Options()
        options.login = .password
        options.configLines = ["AuthenticationMethods publickey,password"]
        let server = try PrivateSSHServer(options)
        var target = server.target()
        let stranger = server.folder.file("stranger")
        try PrivateSSHServer.makeKey(.ed25519, at: stranger, scratch: server.folder)
        if keys == 2 { target.identityFiles.insert(stranger, at: 0) }
        try await login(target, SSHCredentials(password: { _ in PrivateSSHServer.password }))
        let error = await failure { try await login(target) }
        #expect(error?.code == .authenticationFailed)
        #expect(error?.message.contains("not enough; the host accepts password") == true, "\(error?.message ?? "")")
    }

    private static let refusal: Comment = "only root can give sshd a password of its own"

    @Test("a password lets the user in, at the second try too, and a wrong one is asked for three times", .enabled(if: PrivateSSHServer.allowsPasswords, refusal))
    func password() async throws {
        let asked = Mutex<[String]>([])
        func typing(_ passwords: String?...) -> SSHCredentials {
            asked.withLock { $0 = [] }
            return SSHCredentials(password: { account in
                asked.withLock { asked in
                    asked.append(account)
                    return asked.count <= passwords.count ? passwords[asked.count - 1] : nil
                }
            })
        }
        var options = PrivateSSHServer.Options()
        (options.login, options.userKeys) = (.password, [])
        let server = try PrivateSSHServer(options)
        let target = server.target(keys: [])
        try await login(target, typing(PrivateSSHServer.password))
        #expect(asked.withLock { $0 } == ["\(server.user)@127.0.0.1"])
        try await login(target, typing("hocus pocus", PrivateSSHServer.password))
        #expect(asked.withLock { $0.count } == 2)
        let wrong = await failure { try await login(target, typing("hocus", "pocus", "fidibus", PrivateSSHServer.password)) }
        #expect(wrong?.code == .authenticationFailed, "\(String(describing: wrong))")
        #expect(wrong?.description.contains("hocus") == false, "\(String(describing: wrong))")
        #expect(asked.withLock { $0.count } == 3)
        let none = await failure { try await login(target, typing(nil)) }
        #expect(none?.message.contains("password: none was given") == true, "\(String(describing: none))")
    }

    @Test("a server that asks questions gets the user's answers", .enabled(if: PrivateSSHServer.allowsPasswords, refusal))
    func questions() async throws {
        let asked = Mutex<[SSHQuestion]>([])
        func answering(_ answer: String?) -> SSHCredentials {
            SSHCredentials(answers: { _, questions in
                asked.withLock { $0 += questions }
                return answer.map { answer in questions.map { _ in answer } }
            })
        }
        var options = PrivateSSHServer.Options()
        (options.login, options.userKeys) = (.questions, [])
        let server = try PrivateSSHServer(options)
        let target = server.target(keys: [])
        try await login(target, answering(PrivateSSHServer.password))
        let question = try #require(asked.withLock { $0 }.first)
        #expect(question.text.contains("Password"))
        #expect(!question.isEchoed)
        for answer in ["hocus pocus", nil] {
            let refused = await failure { try await login(target, answering(answer)) }
            #expect(refused?.code == .authenticationFailed, "\(String(describing: refused))")
            #expect(refused?.description.contains("hocus") == false, "\(String(describing: refused))")
        }
    }

    @Test("a login that is cancelled while the user is asked ends at once", .enabled(if: PrivateSSHServer.allowsPasswords, refusal))
    func cancelsQuestion() async throws {
        var options = PrivateSSHServer.Options()
        (options.login, options.userKeys) = (.questions, [])
        let server = try PrivateSSHServer(options)
        let isAsked = Mutex(false)
        let credentials = SSHCredentials(answers: { _, _ in
            isAsked.withLock { $0 = true }
            try? await Task.sleep(for: .seconds(600))
            return nil
        })
        let target = server.target(keys: [])
        let login = Task { _ = try await SSHSession.connect(to: target, credentials: credentials) }
        #expect(try await eventually { isAsked.withLock { $0 } })
        login.cancel()
        await #expect(throws: CancellationError.self) { try await login.value }
    }

    @Test("an IPv6 address is reached, and its host key is looked up as ssh writes it", .enabled(if: PrivateSSHServer.hasIPv6, "this machine has no ::1"))
    func version6() async throws {
        var options = PrivateSSHServer.Options()
        options.address = "::1"
        let server = try PrivateSSHServer(options)
        try await login(server.target())
        var overrides = SSHOverrides()
        overrides.configFile = server.configFile
        try await login(try await SSHTarget.resolve(spec: server.alias, overrides: overrides))
        try server.folder.write("", to: "known_hosts")
        let unknown = await failure { try await login(server.target()) }
        #expect(unknown?.message.contains("::1") == true, "\(String(describing: unknown))")
    }
}
