import Platform
import Testing
import TestSupport

@Suite struct PrivateSSHServerTests {
    @Test("the private server lets an ordinary ssh client in, before and after a restart")
    func servesSSH() throws {
        let server = try PrivateSSHServer()
        #expect(try runToEnd(server.sshCommand + ["exit 7"]) == .exited(7))
        server.stop()
        #expect(try runToEnd(server.sshCommand + ["exit 7"]) == .exited(255))
        try server.start()
        #expect(try runToEnd(server.sshCommand + ["exit 8"]) == .exited(8))
    }
}
