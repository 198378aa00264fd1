import FoundationEssentials
import TestSupport
import Testing

@Suite("the example of a program that uses the library")
struct ExampleTests {
    /// `make test` has built it before the tests begin; without that it takes some minutes.
    @Test("as a dependency by a tagged git address it builds, syncs a tree, runs a fleet and brings the results home", .timeLimit(.minutes(30)))
    func runs() async throws {
        let program = try await ExamplePackage().build()
        let folder = try TemporaryFolder()
        for name in ["a", "b"] { try folder.write("query I\nSELECT 1\n----\n1\n", to: "src/\(name).test") }
        try folder.write("query I\nSELECT 1\n----\n2\n", to: "src/wrong.test")
        let end = try await RunningProgram.run([program, folder.file("src"), Programs.worker], environment: ["HOME": folder.path, "PATH": "/usr/bin:/bin"])
        #expect(end.code == 0, "\(end)")
        #expect(end.text.contains("synced 3 files"), "\(end)")
        #expect(end.text.contains("fail: wrong.test"), "\(end)")
        #expect(end.text.contains("2 of 3 files passed; the results are in \(folder.path)/.local/share/slt-remote/results/here/"), "\(end)")
    }
}
