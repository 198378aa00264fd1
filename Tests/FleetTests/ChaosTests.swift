import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct ChaosTests {
    /// 300 kills here; `make chaos` makes 5,000.
    @Test("whatever is killed and whenever, each file ends with one record and nothing is left", arguments: [1, 2, 3] as [UInt64])
    func kills(_ seed: UInt64) async throws {
        let folder = try TemporaryFolder()
        let output = folder.file("output")
        let file = open(output, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(file) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, file, 1)
        let arguments: [UnsafeMutablePointer<CChar>?] = [FleetFixture.probe, "chaos", folder.file("state"), "\(seed)", "100"].map { (text: String) in strdup(text) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        #expect(posix_spawn(&pid, FleetFixture.probe, &actions, nil, arguments, environ) == 0)
        let child = pid
        var status: Int32 = -1
        let ended = try await eventually(within: .seconds(240)) { waitpid(child, &status, WNOHANG) != 0 }
        let said = String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self)
        #expect(ended && status == 0, "\(said)")
        #expect(said.contains("100 kills") && said.contains(" 0 violations"), "\(said)")
    }
}
