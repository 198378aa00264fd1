import FoundationEssentials
import Glibc
@testable import SSH
import TestSupport
import Testing

@Suite struct KeywordTests {
    @Test("every keyword that the installed ssh prints has its place in the table, once")
    func isComplete() async throws {
        let printed = try await RunningProgram.run(["/usr/bin/ssh", "-G", "-F", "/dev/null", "-o", "ProxyCommand=x", "-o", "RevokedHostKeys=/x", "host"],
                                                   environment: ["PATH": "/usr/bin:/bin"])
        let keywords = Set(printed.text.split(separator: "\n").compactMap { $0.split(separator: " ").first.map { String($0).lowercased() } })
        #expect(keywords.count > 60)
        let missing = keywords.filter { SSHKeyword.treatments[$0] == nil }
        #expect(missing.isEmpty)
        let all = SSHKeyword.groups.flatMap(\.1)
        #expect(all.count == SSHKeyword.treatments.count, "a keyword stands in the table twice")
    }

    @Test("the page for users has the whole table")
    func isDocumented() throws {
        let page = try String(contentsOfFile: #filePath.replacing("Tests/SSHTests/KeywordTests.swift", with: "docs/ssh.md"), encoding: .utf8)
        for keyword in SSHKeyword.groups.flatMap(\.1) { #expect(page.contains("`\(keyword)`"), "\(keyword)") }
    }

    @Test("ssh's tokens and variables mean here what they mean to ssh: it makes the file that is looked up here")
    func expandsTokens() async throws {
        let server = try PrivateSSHServer()
        let oracle = Oracle(server: server)
        setenv("SLT_TEST_TOKEN", "variable", 1)
        let jumpless = "%%-%C-%h-%i-%k-%L-%l-%n-%p-%r-%u-${SLT_TEST_TOKEN}"
        for (index, alias) in ["", "HostKeyAlias Alias"].enumerated() {
            let folder = server.folder.file("made\(index) with blanks")
            mkdir(folder, 0o700)
            let config = try oracle.configuration([alias, "StrictHostKeyChecking accept-new", "UserKnownHostsFile \"\(folder)/\(jumpless)\" \"/no such/file\""])
            #expect(try await oracle.admitsSSH(config))
            let made = try FileManager.default.contentsOfDirectory(atPath: folder)
            var overrides = SSHOverrides()
            overrides.configFile = config
            let target = try await SSHTarget.resolve(spec: server.alias, overrides: overrides)
            #expect(target.userKnownHostsFiles == made.map { folder + "/" + $0 } + ["/no such/file"])
        }
    }

    @Test("unknown tokens, variables that are not set and users that are not there are errors that name the keyword")
    func refusesTokens() throws {
        let tokens = Tokens(target: SSHTarget(alias: "a", host: "h", user: "u"))
        for text in ["%x", "x%", "${SLT_NOT_SET}", "${x", "~no-such-user-here/x"] {
            let error = #expect(throws: SSHError.self) { try tokens.expand(text, of: "IdentityFile") }
            #expect(error?.code == .invalidTarget)
            #expect(error?.message.contains("IdentityFile \(text)") == true)
        }
        #expect(try tokens.expand("%d/x ${x", of: "GlobalKnownHostsFile") == "%d/x ${x")
        #expect(throws: SSHError.self) { try tokens.expand("%d", of: "ProxyCommand") }
        #expect(try tokens.expand("nc ${x} %h %% %n", of: "ProxyCommand") == "nc ${x} h % a")
    }

    @Test("~ and %d are the home folder of the password file")
    func findsHome() throws {
        let home = String(cString: try #require(getpwuid(getuid())?.pointee.pw_dir))
        let before = getenv("HOME").map { String(cString: $0) }
        setenv("HOME", "/elsewhere", 1)
        defer { if let before { setenv("HOME", before, 1) } else { unsetenv("HOME") } }
        let tokens = Tokens(target: SSHTarget(alias: "a", host: "h", user: "u"))
        let slashed = home.hasSuffix("/") ? home : home + "/"
        #expect(try tokens.expand("~/x", of: "IdentityFile") == slashed + "x")
        #expect(try tokens.expand("~root/x", of: "IdentityFile").hasSuffix("/x"))
        #expect(try tokens.expand("%d", of: "IdentityAgent") == home)
    }

    @Test("names with blanks are told apart in a list of files", arguments: [
        ("/a /b", ["/a", "/b"]), ("/a b/c ~/d e", ["/a b/c", "~/d e"]), ("/x y", ["/x", "y"]), ("/p q/r /s", ["/p q/r", "/s"]),
        ("one two", ["one", "two"]), ("/v /w", ["/v /w"]), ("${H}/a b %d/c", ["${H}/a b", "%d/c"]), ("/a  b", ["/a  b"]),
    ] as [(String, [String])])
    func splitsFiles(_ line: String, _ files: [String]) {
        let there = ["/x", "/v /w"]
        #expect(FileList.split(line) { there.contains($0) } == files)
    }

    @Test("a jump host is reached as ssh does it, as the user that %r stands for", arguments: [
        ("%r@jump:22", "ssh -l me -p 22 -W '[h]:7' -- jump"), ("jump", "ssh -W '[h]:7' -- jump"),
        ("a@one:1,ssh://CORP\\x@two:2/", "ssh -l 'CORP\\x' -p 2 -J a@one:1 -W '[h]:7' -- two"), ("[::1]:22", "ssh -p 22 -W '[h]:7' -- ::1"),
    ])
    func jumps(_ value: String, _ command: String) throws {
        var target = SSHTarget(alias: "a", host: "h", port: 7, user: "me")
        target.proxyJump = value
        #expect(try target.connectionCommand() == command)
    }

    @Test("a user of a Windows domain is a user; what a shell would act on is none, wherever it comes from")
    func readsDomainUser() async throws {
        let target = try await SSHTarget.resolve(spec: "CORP\\me@host", client: "/no/such/ssh")
        #expect((target.user, target.host, target.originalHost) == ("CORP\\me", "host", "host"))
        #expect(await code { _ = try await SSHTarget.resolve(spec: "me\\@host", client: "/no/such/ssh") } == .invalidTarget)
        #expect(await code { _ = try await SSHTarget.resolve(spec: "CORP\\me@h\\x", client: "/no/such/ssh") } == .invalidTarget)
        var overrides = SSHOverrides()
        overrides.user = "$(x)"
        let refused = await code { [overrides] in _ = try await SSHTarget.resolve(spec: "host", overrides: overrides, client: "/no/such/ssh") }
        #expect(refused == .invalidTarget)
        var proxied = target
        proxied.proxyCommand = "nc -u '%r' %h"
        #expect(try proxied.connectionCommand() == "nc -u 'CORP\\me' host")
        proxied.host = "h;x"
        #expect(throws: SSHError.self) { try proxied.connectionCommand() }
    }

    @Test("a jump through %r@ connects")
    func goesThroughOwnJump() async throws {
        let server = try PrivateSSHServer()
        let session = try await server.connect {
            $0.proxyJump = "%r@\(server.alias)"
            $0.configFile = server.configFile
        }
        #expect(try await session.output("echo jumped").text == "jumped\n")
    }
}
