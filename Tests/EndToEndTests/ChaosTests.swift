import TestSupport
import Testing

@Suite("when everything is killed, again and again")
struct ChaosTests {
    /// On this machine and over SSH by turns; `make chaos` kills ten times as many.
    @Test("clients, agents, connections, workers and supervisors are killed: each file has one record, at home too, and nothing is left")
    func kills() async throws {
        let folder = try TemporaryFolder()
        let programs = Programs.client.dropLast("/slt-remote".count)
        let end = try await RunningProgram.run([Programs.probe, "host-chaos", folder.file("chaos"), "1", "100", String(programs)],
                                               environment: ["PATH": "/usr/bin:/bin"], within: .seconds(1200))
        #expect(end.code == 0, "\(end)")
        #expect(end.text.contains("100 kills"), "\(end)")
        #expect(end.text.contains(" 0 violations"), "\(end)")
    }
}
