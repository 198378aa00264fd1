import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("hosts that cannot be reached, or should not be")
struct ConnectionMistakeTests {
    @Test("no configuration at all: every verb says what to write")
    func noConfiguration() async throws {
        let project = try await Project(isLocal: true)
        unlink(project.source + "/slt-remote.toml")
        for verb in ["run", "sync", "status", "runs", "attach", "fetch", "stop", "logs"] {
            try await project.slt(verb).expect(code: 2, "slt-remote.toml", "--host")
        }
        try await project.slt("run", "--host", "local").expect(code: 2, "no test files are given", "[suite]")
    }

    @Test("a host that is not in the configuration is refused with the nearest name; a name without an address is the host's error")
    func unknownHost() async throws {
        let project = try await Project()
        try await project.slt("status", "--host", "bax").expect(code: 2, "unknown host 'bax'", "did you mean 'box'?")
        try await project.slt("status", "--host", "me@no-such-host.invalid").expect(code: 3, "no-such-host.invalid")
    }

    @Test("nobody listens on the port")
    func refused() async throws {
        let project = try await Project()
        let server = try #require(project.server)
        server.stop()
        try await project.slt("run", "*.test").expect(code: 3, "127.0.0.1", "\(server.port)", "refused")
    }

    @Test("a key that the host does not take")
    func wrongKey() async throws {
        let project = try await Project()
        let server = try #require(project.server)
        try server.folder.write("", to: "authorized_keys")
        try await project.slt("status").expect(code: 3, server.user, "id_ed25519")
    }

    @Test("a host key that is not known is refused with its fingerprint and the way to accept it, which works once and for all")
    func unknownKey() async throws {
        let project = try await Project()
        let server = try #require(project.server)
        let known = server.knownHostsFile
        try server.folder.write("", to: "known_hosts")
        let refused = try await project.slt("status")
        refused.expect(code: 3, "SHA256:", "--accept-host-key", known)
        let fingerprint = try #require(refused.errors.split(whereSeparator: { " \n,;)".contains($0) }).first { $0.hasPrefix("SHA256:") })

        let other = "SHA256:" + String(repeating: "A", count: 43)
        try await project.slt("status", "--accept-host-key", other).expect(code: 3, String(fingerprint), other)
        let accepted = try await project.slt("status", "--accept-host-key", String(fingerprint))
        #expect(accepted.code == 0, "\(accepted)")
        let later = try await project.slt("status")
        #expect(later.code == 0, "\(later)")
    }

    @Test("a host key that has changed is refused loudly, and cannot be accepted in passing")
    func changedKey() async throws {
        let project = try await Project()
        let server = try #require(project.server)
        try PrivateSSHServer.makeKey(.ed25519, at: server.folder.file("other"), scratch: server.folder)
        let key = try String(contentsOfFile: server.folder.file("other.pub"), encoding: .utf8).split(separator: " ")
        try server.folder.write("[127.0.0.1]:\(server.port) \(key[0]) \(key[1])\n", to: "known_hosts")
        let refused = try await project.slt("run", "*.test")
        refused.expect(code: 3, "THE HOST KEY HAS CHANGED", "ssh-keygen", "-R")
        let shown = try #require(refused.errors.split(whereSeparator: { " \n,;)".contains($0) }).last { $0.hasPrefix("SHA256:") })
        try await project.slt("status", "--accept-host-key", String(shown)).expect(code: 3, "THE HOST KEY HAS CHANGED")
    }

    @Test("a worker that is not there, or is no program, is said before anything is done")
    func noWorker() async throws {
        let project = try await Project()
        let configuration = try String(contentsOfFile: project.source + "/slt-remote.toml", encoding: .utf8)
        try project.write(configuration.replacing("[hosts.box]", with: "[hosts.box]\nworker = \"nowhere\""), to: "slt-remote.toml")
        try await project.slt("status").expect(code: 2, "nowhere", "make")
        try project.write("text", to: "nowhere")
        try await project.slt("status").expect(code: 2, "nowhere", "no 64-bit Linux program")
    }
}
