import FoundationEssentials
import Platform
@testable import SSH
import Testing
import TestSupport

/// The same known_hosts through the installed ssh and through this client.
@Suite struct HostKeyVerdictTests {
    private let oracle: Oracle
    private var server: PrivateSSHServer { oracle.server }

    init() throws {
        oracle = Oracle(server: try PrivateSSHServer())
        try PrivateSSHServer.makeKey(.ed25519, at: server.folder.file("other"), scratch: server.folder)
        try PrivateSSHServer.makeKey(.ecdsa, at: server.folder.file("type"), scratch: server.folder)
    }

    private func filled(_ text: String) throws -> String {
        func key(_ path: String) throws -> String {
            try String(contentsOfFile: path + ".pub", encoding: .utf8).split(separator: " ").prefix(2).joined(separator: " ")
        }
        return text.replacing("KEY", with: try key(server.hostKeyFile())).replacing("OTHER", with: try key(server.folder.file("other")))
            .replacing("TYPE", with: try key(server.folder.file("type"))).replacing("NAME", with: "[127.0.0.1]:\(server.port)")
            .replacing("BARE", with: "127.0.0.1")
    }

    /// What each row holds: the user's file, the global one, further lines of the configuration.
    private static let rows: [(user: String, global: String, lines: [String])] = [
        ("NAME KEY", "", []), ("BARE KEY", "", []), ("", "BARE KEY", []), ("", "", []),
        ("NAME OTHER", "", []), ("NAME OTHER\nBARE KEY", "", []), ("BARE KEY", "NAME OTHER", []), ("NAME OTHER\nNAME KEY", "", []),
        ("NAME TYPE", "", []), ("NAME TYPE\nBARE KEY", "", []), ("NAME TYPE\nNAME KEY", "", []), ("BARE OTHER", "", []), ("BARE TYPE", "", []),
        ("BARE OTHER\nBARE KEY", "", []), ("[127.0.0.*]:* OTHER\nBARE KEY", "", []), ("!NAME,* KEY", "", []), ("* KEY", "", []),
        ("!BARE,* OTHER\nBARE KEY", "", []), ("x,NAME OTHER\nBARE KEY", "", []),
        ("NAME KEY\n@revoked NAME KEY", "", []), ("NAME KEY", "@revoked * KEY", []), ("NAME KEY\n@revoked BARE KEY", "", []),
        ("@revoked NAME OTHER\nBARE KEY", "", []), ("@cert-authority NAME OTHER\nBARE KEY", "", []), ("@cert-authority NAME KEY", "", []),
        ("alias KEY", "", ["HostKeyAlias alias"]), ("ALIAS KEY", "", ["HostKeyAlias Alias"]), ("NAME KEY\nBARE KEY", "", ["HostKeyAlias alias"]),
        ("alias OTHER\nBARE KEY", "", ["HostKeyAlias alias"]), ("NAME KEY\nBARE OTHER", "", ["CheckHostIP yes"]),
        ("", "", ["NoHostAuthenticationForLocalhost yes"]), ("NAME OTHER", "", ["NoHostAuthenticationForLocalhost yes"]),
        ("", "", ["NoHostAuthenticationForLocalhost yes", "HostKeyAlias alias"]),
    ]

    @Test("the verdict is ssh's, with strict checking and with accept-new, in plain and hashed files")
    func agrees() async throws {
        for row in Self.rows { try await agree(row) }
    }

    private func agree(_ row: (user: String, global: String, lines: [String])) async throws {
        for (policy, isHashed) in [("yes", false), ("accept-new", false), ("yes", true)] where !isHashed || row.user.contains("NAME") && !row.user.contains("*") {
            let files = [server.folder.file("user"), server.folder.file("global")]
            try server.folder.write(try filled(row.user) + "\n", to: "user")
            try server.folder.write(try filled(row.global) + "\n", to: "global")
            if isHashed, !row.user.isEmpty { try run(["/usr/bin/ssh-keygen", "-q", "-H", "-f", files[0]]) }
            let config = try oracle.configuration(row.lines + [
                "StrictHostKeyChecking \(policy)", "UserKnownHostsFile \(files[0])", "GlobalKnownHostsFile \(files[1])",
            ])
            let before = try Data(contentsOf: URL(filePath: files[0]))
            let theirs = try await oracle.admitsSSH(config)
            try before.write(to: URL(filePath: files[0]))
            let refusal = await oracle.refusal(config)
            #expect((refusal == nil) == theirs, "\(row), \(policy): ssh \(theirs ? "connects" : "refuses"), we: \(String(describing: refusal))")
        }
    }

    @Test("a key that is revoked under the bare name is not taken up as a new one, where ssh would")
    func keepsRevocation() async throws {
        let file = try server.folder.write(try filled("@revoked BARE KEY\n"), to: "user")
        let config = try oracle.configuration(["StrictHostKeyChecking accept-new", "UserKnownHostsFile \(file)"])
        let refusal = await oracle.refusal(config)
        #expect(refusal?.code == .hostKeyChanged, "\(String(describing: refusal))")
        #expect(refusal?.message.contains("revoked") == true, "\(String(describing: refusal))")
    }

    @Test("a key of another type is accepted by its fingerprint, and only so")
    func acceptsFurtherType() async throws {
        let file = try server.folder.write(try filled("NAME TYPE\n"), to: "user")
        var target = server.target()
        (target.userKnownHostsFiles, target.strictHostKeyChecking) = ([file], .acceptNew)
        let refused = await failure { [target] in _ = try await SSHSession.connect(to: target) }
        #expect(refused?.code == .hostKeyUnknown, "\(String(describing: refused))")
        #expect(refused?.message.contains("has only its ECDSA key") == true, "\(String(describing: refused))")
        let fingerprint = try #require(refused?.message.split(separator: " ").first { $0.hasPrefix("SHA256:") })
        _ = try await SSHSession.connect(to: target, acceptedFingerprint: String(fingerprint) + "=")
        _ = try await SSHSession.connect(to: target)
    }

    @Test("a fingerprint that is not the host's is told from the one that is shown, and nothing is accepted")
    func refusesOtherFingerprint() async throws {
        let given = "SHA256:" + String(repeating: "A", count: 43)
        var target = server.target()
        (target.userKnownHostsFiles, target.strictHostKeyChecking) = ([try server.folder.write("", to: "user")], .acceptNew)
        for text in [given, "MD5:00:11"] {
            let thrown = await failure { [target] in _ = try await SSHSession.connect(to: target, acceptedFingerprint: text) }
            let error = try #require(thrown)
            #expect(error.code == .hostKeyUnknown)
            #expect(error.message.contains("shows the ED25519 host key SHA256:"), "\(error)")
            #expect(error.message.contains("another one: \(text)"), "\(error)")
            #expect(error.remedy?.description.contains("accept it") == false, "\(error)")
            #expect(error.message.contains("not the form") == (text != given))
        }
        #expect(try String(contentsOfFile: target.userKnownHostsFiles[0], encoding: .utf8).isEmpty)
    }

    @Test("a known_hosts file that cannot be written is a warning, as with ssh", arguments: ["accept-new", "no"])
    func goesOnWithoutFile(_ policy: String) async throws {
        let config = try oracle.configuration(["StrictHostKeyChecking \(policy)", "UserKnownHostsFile /dev/null/known"])
        #expect(try await oracle.admitsSSH(config))
        let log = NoteCollector()
        var overrides = SSHOverrides()
        overrides.configFile = config
        let target = try await SSHTarget.resolve(spec: server.alias, overrides: overrides)
        _ = try await SSHSession.connect(to: target, logger: log.logger)
        #expect(log.notes.contains { $0.contains("/dev/null/known") && $0.contains("accepted") }, "\(log.notes)")
    }

    @Test("an address that is known with another key is refused with CheckHostIP, but for loopback and a lax policy")
    func checksAddress() throws {
        let lines = try filled("host KEY\n[192.0.2.1]:44 KEY\n192.0.2.1 OTHER\n")
        var target = SSHTarget(alias: "host", host: "host", user: "me")
        target.userKnownHostsFiles = [try server.folder.write(lines, to: "user")]
        let key = try #require(SSHPublicKey(line: try String(contentsOfFile: server.hostKeyFile() + ".pub", encoding: .utf8)))
        func verdict(_ peer: PeerAddress?) throws -> HostKeyCheck.Verdict {
            try HostKeyCheck(target: target, acceptedFingerprint: nil, peer: peer).verify(key)
        }
        let peer = PeerAddress(text: "192.0.2.1", isLoopback: false)
        #expect(try verdict(peer).warning == nil)
        target.checksAddress = true
        #expect(throws: SSHError.self) { try verdict(peer) }
        #expect(try verdict(nil).warning == nil)
        #expect(try verdict(PeerAddress(text: "192.0.2.1", isLoopback: true)).warning == nil)
        #expect(try verdict(PeerAddress(text: "192.0.2.9", isLoopback: false)).warning == nil)
        target.strictHostKeyChecking = .no
        #expect(try verdict(peer).warning?.contains("192.0.2.1") == true)
    }

    @Test("KnownHostsCommand and VerifyHostKeyDNS are named where a key is not known, and let nothing be accepted unseen")
    func namesUnsupportedLookups() async throws {
        let empty = try server.folder.write("", to: "user")
        for (line, keyword) in [("KnownHostsCommand /bin/false", "KnownHostsCommand"), ("VerifyHostKeyDNS yes", "VerifyHostKeyDNS")] {
            let config = try oracle.configuration([line, "StrictHostKeyChecking accept-new", "UserKnownHostsFile \(empty)"])
            let refusal = await oracle.refusal(config)
            #expect(refusal?.message.contains(keyword) == true, "\(String(describing: refusal))")
            #expect(await oracle.refusal(try oracle.configuration([line])) == nil)
        }
    }
}
