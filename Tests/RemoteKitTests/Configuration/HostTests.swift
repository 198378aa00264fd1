import Platform
import RemoteKit
import Testing

@Suite("Configuration: hosts") struct HostTests {
    private let two = "[hosts.sandbox]\nssh = 'me@box'\n[hosts.other]"

    @Test("the only host there is needs no name, a host without ssh goes by its own")
    func only() throws {
        let host = try resolve("[hosts.box]").host()
        #expect(host.target == .ssh("box"))
        #expect(host.workspace == "~/slt-remote/proj")
        #expect(host.state == "~/.local/state/slt-remote")
    }

    @Test("the configured host, a variable and a flag choose, in this order")
    func choice() throws {
        let text = "host = 'other'\n" + two
        #expect(try resolve(text).host().name == "other")
        #expect(try resolve(text, environment: ["SLT_REMOTE_HOST": "sandbox"]).host().target == .ssh("me@box"))
        #expect(try resolve(text, environment: ["SLT_REMOTE_HOST": "x"], flags: .init(host: "sandbox")).host().name == "sandbox")
    }

    @Test("local needs no ssh and no entry")
    func local() throws {
        #expect(try resolve(two).host("local").target == .local)
        #expect(try resolve("[hosts.here]\nssh = 'local'").host().target == .local)
        #expect(try resolve("[hosts.local]\nworkspace = '/w'").host("local").workspace == "/w")
        #expect(throws: ConfigurationError.self) { try resolve("[hosts.local]\nssh = 'x'").host() }
    }

    @Test("a destination of ssh is a host without an entry")
    func destination() throws {
        #expect(try resolve(two).host("u@machine").target == .ssh("u@machine"))
        #expect(try resolve(two).host("ssh://machine:22").target == .ssh("ssh://machine:22"))
        #expect(try resolve().host("machine").target == .ssh("machine"))
        #expect(try resolve(two).host("CORP\\me@machine").target == .ssh("CORP\\me@machine"))
        #expect(try resolve("[hosts.here]\nssh = 'CORP\\me@box'").host().target == .ssh("CORP\\me@box"))
    }

    @Test("an unknown host names the known ones")
    func unknown() throws {
        let error = #expect(throws: ConfigurationError.self) { try resolve(two, flags: .init(host: "sandbx")).host() }
        #expect(error?.description == "--host: unknown host 'sandbx'; did you mean 'sandbox'?; known: other, sandbox; "
            + "a host that is not in the configuration is written user@machine or ssh://machine")
        #expect(throws: ConfigurationError(.unknownHost, "no host is chosen; known: other, sandbox; set host = \"NAME\"", remedy: .nameHost)) {
            try resolve(two).host()
        }
    }

    @Test("what ssh would take for an option or a command is no host", arguments: ["-oProxyCommand=x", "a b", "u@-x", "a;b", "a\nb", "$(x)@y", "me\\@x", "a\\b", "me@a\\b"])
    func injection(name: String) {
        #expect(throws: ConfigurationError.self) { try resolve(flags: .init(host: name)).host() }
    }

    @Test("variables override keys of whichever host is used")
    func overrides() throws {
        let environment = ["SLT_REMOTE_HOST_PORT": "2222", "SLT_REMOTE_HOST_IDENTITY_FILE": "k", "SLT_REMOTE_HOST_WORKSPACE": "/w"]
        let host = try resolve(two, environment: environment).host("sandbox")
        #expect(host.port == 2222)
        #expect(host.identityFiles == ["/proj/sub/k"])
        #expect(host.workspace == "/w")
        #expect(host.target == .ssh("me@box"))
    }
}
