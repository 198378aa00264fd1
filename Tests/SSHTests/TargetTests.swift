import Glibc
@testable import SSH
import TestSupport
import Testing

@Suite struct TargetTests {
    /// A configuration with Include and Match.
    private func configuration(in folder: TemporaryFolder) throws -> String {
        try folder.write("""
            Host box
              HostName 192.0.2.7
              Port 2222
              IdentityFile ~/keys/%r
              IdentityFile /keys/%d/two
            """, to: "included")
        return try folder.write("""
            Include \(folder.file("included"))
            Match host 192.0.2.7 user other
              ServerAliveInterval 5
              ServerAliveCountMax 9
            Host box
              User other
              IdentityAgent none
              IdentitiesOnly yes
              UserKnownHostsFile /a/known /b/known
              GlobalKnownHostsFile none
              StrictHostKeyChecking accept-new
              HostKeyAlias alias
              HashKnownHosts yes
              ConnectTimeout 7
            Match final user other
              ProxyCommand nc %h %p
            """, to: "config")
    }

    @Test("ssh's own configuration decides, with Include and Match")
    func readsConfiguration() async throws {
        let folder = try TemporaryFolder()
        var overrides = SSHOverrides()
        overrides.configFile = try configuration(in: folder)
        let target = try await SSHTarget.resolve(spec: "box", overrides: overrides)
        #expect(target.alias == "box")
        #expect((target.host, target.port, target.user) == ("192.0.2.7", 2222, "other"))
        try #require(target.identityFiles.count == 2)
        #expect(target.identityFiles[0].hasSuffix("/keys/other"))
        #expect(target.identityFiles.allSatisfy { $0.hasPrefix("/") && !$0.contains("%") && !$0.contains("~") })
        #expect(target.identityAgent == nil)
        #expect(target.identitiesOnly)
        #expect(target.userKnownHostsFiles == ["/a/known", "/b/known"])
        #expect(target.globalKnownHostsFiles.isEmpty)
        #expect(target.strictHostKeyChecking == .acceptNew)
        #expect(target.hostKeyAlias == "alias")
        #expect(target.hashKnownHosts)
        #expect(target.connectTimeout == .seconds(7))
        #expect(target.proxyCommand == "nc %h %p")
    }

    @Test("what the caller has decided wins over the configuration")
    func prefersOverrides() async throws {
        let folder = try TemporaryFolder()
        var overrides = SSHOverrides()
        overrides.configFile = try configuration(in: folder)
        overrides.port = 99
        overrides.user = "third"
        overrides.identityFiles = ["/mine"]
        overrides.knownHostsFiles = ["/known", "/more/%r"]
        let changed = try await SSHTarget.resolve(spec: "box", overrides: overrides)
        #expect((changed.host, changed.port, changed.user) == ("192.0.2.7", 99, "third"))
        #expect(changed.identityFiles.first == "/mine")
        #expect(changed.identityFiles.count == 3)
        #expect(changed.userKnownHostsFiles == ["/known", "/more/third"])
    }

    @Test("'none' is ssh's word for no file: it is no name, and what the configuration names does not come back", arguments: ["none", "None"])
    func readsNone(_ word: String) async throws {
        let folder = try TemporaryFolder()
        var overrides = SSHOverrides()
        overrides.configFile = try folder.write("UserKnownHostsFile /a/known\nIdentityFile /a/key\n", to: "config")
        (overrides.knownHostsFiles, overrides.identityFiles) = ([word], [word])
        let target = try await SSHTarget.resolve(spec: "box", overrides: overrides)
        #expect(target.userKnownHostsFiles.isEmpty)
        #expect(target.identityFiles == ["/a/key"])
        overrides.knownHostsFiles = []
        #expect(try await SSHTarget.resolve(spec: "box", overrides: overrides).userKnownHostsFiles == ["/a/known"])
    }

    @Test("a host key is looked up in each of the known_hosts files that are given, and a new one goes into the first")
    func looksIntoAllKnownHosts() async throws {
        let server = try PrivateSSHServer()
        var overrides = SSHOverrides()
        overrides.configFile = server.configFile
        overrides.knownHostsFiles = [server.folder.file("first"), server.knownHostsFile]
        let known = try await SSHTarget.resolve(spec: server.alias, overrides: overrides)
        try await SSHSession.connect(to: known).close()
        #expect(access(server.folder.file("first"), F_OK) != 0)
        overrides.knownHostsFiles = [server.folder.file("first"), server.folder.file("second")]
        var unknown = try await SSHTarget.resolve(spec: server.alias, overrides: overrides)
        unknown.strictHostKeyChecking = .acceptNew
        try await SSHSession.connect(to: unknown).close()
        #expect(access(server.folder.file("first"), F_OK) == 0)
        #expect(access(server.folder.file("second"), F_OK) != 0)
    }

    @Test("every way to write a host is understood", arguments: [
        ("me@h", "me", "h", 22), ("ssh://me@h:77", "me", "h", 77), ("ssh://[::1]:8/", nil, "::1", 8), ("::1", nil, "::1", 22),
        ("a@b@h", "a@b", "h", 22),
    ] as [(String, String?, String, UInt16)])
    func readsSpec(_ spec: String, _ user: String?, _ host: String, _ port: UInt16) async throws {
        // With no ssh program, the values given are used.
        let target = try await SSHTarget.resolve(spec: spec, client: "/no/such/ssh")
        #expect((target.host, target.port) == (host, port))
        if let user { #expect(target.user == user) }
        #expect(target.userKnownHostsFiles.first?.hasSuffix("/.ssh/known_hosts") == true)
        #expect(!target.user.isEmpty)
        #expect(target.identityFiles.count == 3)
    }

    @Test("a program is one of the PATH's that may be run, never one of the working folder")
    func findsProgram() throws {
        let folder = try TemporaryFolder()
        let script = try folder.write("#!/bin/sh\n", to: "bin/tool")
        #expect(LocalUser.program(script) == nil)
        #expect(chmod(script, 0o700) == 0)
        #expect(LocalUser.program(script) == script)
        #expect(LocalUser.program(folder.path) == nil)
        #expect(LocalUser.program("sh")?.hasSuffix("/sh") == true)
        #expect(LocalUser.program("no-such-program") == nil)
        #expect(LocalUser.program(".ci/run") == nil, "relative to the working folder, where it can be run")
    }

    @Test("what could be taken for an option or for shell syntax is no host", arguments: [
        "", "-oProxyCommand=x", "me@-x", "-l@h", "@h", "ssh://", "ssh://h:0", "ssh://h:99999", "a b", "h;x", "h\nx", "$(x)", "`x`",
    ])
    func refusesSpec(_ spec: String) async {
        #expect(await code { _ = try await SSHTarget.resolve(spec: spec) } == .invalidTarget)
    }

    @Test("a configuration that ssh does not accept is an error with ssh's words")
    func reportsBadConfiguration() async throws {
        let folder = try TemporaryFolder()
        var overrides = SSHOverrides()
        overrides.configFile = try folder.write("Nonsense yes\n", to: "config")
        let error = await failure { _ = try await SSHTarget.resolve(spec: "box", overrides: overrides) }
        #expect(error?.code == .invalidTarget)
        #expect(error?.message.lowercased().contains("nonsense") == true)
    }

    @Test("a host resolved from the private server's configuration can be used")
    func connectsWhatItResolved() async throws {
        let server = try PrivateSSHServer()
        var overrides = SSHOverrides()
        overrides.configFile = server.configFile
        let session = try await SSHSession.connect(to: try await SSHTarget.resolve(spec: server.alias, overrides: overrides))
        #expect(try await session.output("echo in").text == "in\n")
    }
}
