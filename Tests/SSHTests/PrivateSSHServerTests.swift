import FoundationEssentials
import Glibc
import Testing
import TestSupport

@Suite struct PrivateSSHServerTests {
    @Test("the private server lets an ordinary ssh client in, before and after a restart")
    func servesSSH() throws {
        let server = try PrivateSSHServer()
        #expect(run(server.sshCommand + ["exit 7"]) == 7)
        server.stop()
        #expect(run(server.sshCommand + ["exit 7"]) == 255)
        try server.start()
        #expect(run(server.sshCommand + ["exit 8"]) == 8)
    }

    private func run(_ command: [String]) -> Int32 {
        var pid = pid_t()
        let argv = command.map { strdup($0) } + [nil]
        defer { argv.forEach { free($0) } }
        guard posix_spawn(&pid, command[0], nil, nil, argv, environ) == 0 else { return -1 }
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        return (status >> 8) & 0xff
    }
}
