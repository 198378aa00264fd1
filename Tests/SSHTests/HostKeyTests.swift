import FoundationEssentials
import Platform
import SSH
import Testing
import TestSupport

@Suite struct HostKeyTests {
    /// A server, and a target whose known_hosts file holds `text` with `KEY` replaced by the server's key, `NAME` by
    /// its name there, `OTHER` by another key.
    private func prepared(_ text: String, _ options: PrivateSSHServer.Options = .init()) throws -> (PrivateSSHServer, SSHTarget) {
        let server = try PrivateSSHServer(options)
        try PrivateSSHServer.makeKey(.ed25519, at: server.folder.file("other"), scratch: server.folder)
        func key(_ path: String) throws -> String {
            try String(contentsOfFile: path + ".pub", encoding: .utf8).split(separator: " ").prefix(2).joined(separator: " ")
        }
        let filled = text.replacing("KEY", with: try key(server.hostKeyFile(options.hostKeys[0])))
            .replacing("OTHER", with: try key(server.folder.file("other")))
            .replacing("NAME", with: "[127.0.0.1]:\(server.port)")
        var target = server.target()
        target.userKnownHostsFiles = [try server.folder.write(filled, to: "known"), server.folder.file("missing")]
        return (server, target)
    }

    @Test("entries of every form are found", arguments: [
        "NAME KEY\n", "a,NAME,b KEY\n", "# note\n\nNAME KEY comment with words\r\n", "[127.0.0.*]:* KEY\n", "*,!other.example KEY",
        "127.0.0.1 KEY\n", "@cert-authority NAME OTHER\nNAME KEY\n", "@revoked NAME OTHER\nNAME KEY\n", "nonsense\nNAME KEY\n",
        "[127.0.0.?]:* OTHER\nNAME KEY\n",
    ])
    func findsEntry(_ text: String) async throws {
        let (server, target) = try prepared(text)
        let session = try await SSHSession.connect(to: target)
        #expect(try await session.output("echo in").text == "in\n")
        withExtendedLifetime(server) {}
    }

    @Test("a name of 9,000 characters and hashed entries are no trouble")
    func findsHashedEntry() async throws {
        let (server, target) = try prepared(String(repeating: "x", count: 9000) + " OTHER\nNAME KEY\n")
        try run(["/usr/bin/ssh-keygen", "-q", "-H", "-f", target.userKnownHostsFiles[0]])
        #expect(try String(contentsOfFile: target.userKnownHostsFiles[0], encoding: .utf8).contains("|1|"))
        let session = try await SSHSession.connect(to: target)
        #expect(await session.isOpen)
        withExtendedLifetime(server) {}
    }

    @Test("an unknown key is refused with its fingerprint and the remedy", arguments: ["", "!127.0.0.1,!NAME,* KEY\n", "elsewhere KEY\n"])
    func refusesUnknownKey(_ text: String) async throws {
        let (server, target) = try prepared(text)
        let error = await failure { _ = try await SSHSession.connect(to: target) }
        #expect(error?.code == .hostKeyUnknown)
        let fingerprint = try fingerprint(server)
        #expect(error?.message.contains(fingerprint) == true)
        #expect(error?.message.contains("ED25519") == true)
        #expect(error?.remedy?.description.contains("then accept \(fingerprint)") == true)
        #expect(error?.message.contains(target.userKnownHostsFiles[0]) == true)
    }

    @Test("a changed key is refused whatever the policy, naming file, line and both fingerprints",
          arguments: [SSHTarget.StrictHostKeyChecking.yes, .ask, .no, .acceptNew])
    func refusesChangedKey(_ policy: SSHTarget.StrictHostKeyChecking) async throws {
        var (server, target) = try prepared("# first\nNAME OTHER\n")
        target.strictHostKeyChecking = policy
        let accepted = try fingerprint(server)
        let error = await failure { _ = try await SSHSession.connect(to: target, acceptedFingerprint: accepted) }
        #expect(error?.code == .hostKeyChanged)
        #expect(error?.message.contains("\(target.userKnownHostsFiles[0]):2") == true)
        #expect(error?.message.contains(accepted) == true)
        #expect(error?.message.components(separatedBy: "SHA256:").count == 3)
        #expect(error?.remedy?.description.contains("-R '[127.0.0.1]:\(server.port)'") == true)
    }

    @Test("a revoked key is refused even where another line knows it")
    func refusesRevokedKey() async throws {
        var (server, target) = try prepared("NAME KEY\n@revoked * KEY\n")
        target.strictHostKeyChecking = .no
        let error = await failure { _ = try await SSHSession.connect(to: target) }
        #expect(error?.code == .hostKeyChanged)
        #expect(error?.message.contains("revoked") == true)
        withExtendedLifetime(server) {}
    }

    @Test("an accepted fingerprint adds the key, so that ssh itself knows it; a wrong one does not", arguments: [true, false])
    func acceptsFingerprint(_ isHashed: Bool) async throws {
        var (server, target) = try prepared("elsewhere OTHER")
        target.hashKnownHosts = isHashed
        #expect(await code { _ = try await SSHSession.connect(to: target, acceptedFingerprint: "SHA256:wrong") } == .hostKeyUnknown)
        let session = try await SSHSession.connect(to: target, acceptedFingerprint: try fingerprint(server))
        await session.close()
        let text = try String(contentsOfFile: target.userKnownHostsFiles[0], encoding: .utf8)
        #expect(text.hasPrefix("elsewhere "))
        #expect(text.split(separator: "\n").count == 2)
        #expect(text.contains("|1|") == isHashed)
        try run(["/usr/bin/ssh-keygen", "-F", "[127.0.0.1]:\(server.port)", "-f", target.userKnownHostsFiles[0]])
        _ = try await SSHSession.connect(to: target)
    }

    @Test("accept-new adds an unknown key and makes the folder it needs")
    func acceptsNewKey() async throws {
        let server = try PrivateSSHServer()
        var target = server.target()
        target.strictHostKeyChecking = .acceptNew
        target.userKnownHostsFiles = [server.folder.file("new/known_hosts")]
        _ = try await SSHSession.connect(to: target)
        target.strictHostKeyChecking = .yes
        _ = try await SSHSession.connect(to: target)
    }

    @Test("the key type that is known is asked for, and a host key alias is looked up alone", arguments: [0, 1])
    func prefersKnownType(_ index: Int) async throws {
        var options = PrivateSSHServer.Options()
        options.hostKeys = index == 0 ? [.ed25519, .ecdsa] : [.ecdsa, .ed25519]
        var (server, target) = try prepared("alias KEY\n", options)
        target.hostKeyAlias = "alias"
        _ = try await SSHSession.connect(to: target)
        withExtendedLifetime(server) {}
    }

    private func fingerprint(_ server: PrivateSSHServer) throws -> String {
        let output = server.folder.file("fingerprint")
        try run(["/bin/sh", "-c", "ssh-keygen -lf \(server.hostKeyFile()).pub > \(output)"])
        return String(try String(contentsOfFile: output, encoding: .utf8).split(separator: " ")[1])
    }
}
