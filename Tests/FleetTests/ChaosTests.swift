import Fleet
import TestSupport
import Testing

@Suite struct ChaosTests {
    /// 300 kills here; `make chaos` makes 5,000.
    @Test("whatever is killed and whenever, each file ends with one record and nothing is left", arguments: [1, 2, 3] as [UInt64])
    func kills(_ seed: UInt64) async throws {
        let folder = try TemporaryFolder()
        let chaos = try await RunningProgram.run([FleetFixture.probe, "chaos", folder.file("state"), "\(seed)", "100"],
                                                 environment: ["PATH": "/usr/bin:/bin"], within: .seconds(1200))
        #expect(chaos.code == 0, "\(chaos)")
        #expect(chaos.text.contains("100 kills"), "\(chaos)")
        #expect(chaos.text.contains(" 0 violations"), "\(chaos)")
    }
}
