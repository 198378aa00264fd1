import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("files of strangers")
struct UntrustedTests {
    private static let system = "statement ok\nSELECT 1\n\nsystem ok\ntouch MADE\n"

    private func worker(_ arguments: String...) async throws -> RunningProgram.Finished {
        try await RunningProgram.run([Programs.worker] + arguments, environment: ["PATH": "/usr/bin:/bin"])
    }

    @Test("check runs nothing, and its exit code says whether something is wrong")
    func check() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Self.system.replacing("MADE", with: folder.file("made")), to: "a.slt")
        let fine = try await worker("check", "--dialect", "rs", path)
        #expect(fine.code == 0, "\(fine)")
        #expect(fine.text == "\(path):4: note: starts a program: touch \(folder.file("made")) [system]\n\(path): 2 records, nothing wrong, 1 note\n", "\(fine)")
        #expect(access(folder.file("made"), F_OK) != 0)
        let wrong = try await worker("check", path, "--json")
        #expect(wrong.code == 1, "\(wrong)")
        #expect(wrong.text.contains(#""message":"unknown record type: 'system'""#), "\(wrong)")
        #expect(try await worker("check", folder.file("none")).code == 2)
    }

    @Test("the worker refuses system records, also in several processes")
    func run() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Self.system.replacing("MADE", with: folder.file("made")), to: "a.slt")
        let refused = try await worker("run", "--dialect", "rs", "--no-system", "-j", "2", path)
        #expect(refused.code == 1, "\(refused)")
        #expect(refused.text.contains("\(path):4: refused: a system record is not allowed in this run"), "\(refused)")
        #expect(access(folder.file("made"), F_OK) != 0)
        #expect(try await worker("run", "--dialect", "rs", path).code == 0)
        #expect(access(folder.file("made"), F_OK) == 0)
    }

    @Test("a run refuses them by its option and by the configuration, and allows them otherwise")
    func remote() async throws {
        let settings = "[suite]\nfiles = [\"*.slt\"]\n[engine]\ndialect = \"rs\"\n"
        let project = try await Project(files: ["a.slt": "system ok\ntrue\n\nstatement ok\nATTACH ':memory:' AS g\n"], settings, isLocal: true)
        let allowed = try await project.slt("run")
        #expect(allowed.code == 0, "\(allowed)")
        let refused = try await project.slt("run", "--no-system")
        #expect(refused.code == 1, "\(refused)")
        #expect(refused.text.contains("a.slt:1: refused: a system record is not allowed in this run"), "\(refused)")
        let configured = try await Project(files: ["a.slt": "statement ok\nATTACH ':memory:' AS g\n"], settings + "system = false\n", isLocal: true)
        let failed = try await configured.slt("run")
        #expect(failed.text.contains("a.slt:1: refused: ATTACH is not allowed in this run"), "\(failed)")
    }

    @Test("what a run refused stays refused when its failure is looked at, and in what is told to do next")
    func afterwards() async throws {
        let folder = try TemporaryFolder()
        let made = folder.file("made")
        let project = try await Project(files: ["a.slt": "system ok\ntouch \(made)\n"], "[suite]\nfiles = [\"*.slt\"]\n[engine]\ndialect = \"rs\"\n", isLocal: true)
        let refused = try await project.slt("run", "--no-system")
        #expect(refused.code == 1 && refused.text.contains("slt-remote run --host local --no-system a.slt"), "\(refused)")
        let again = try await project.slt("repro", "a.slt")
        #expect(again.code == 0, "\(again)")
        _ = try await project.slt("reduce", "a.slt")
        _ = try await project.slt("reduce", "--all")
        #expect(access(made, F_OK) != 0)
        // Else this shows nothing.
        #expect(try await project.slt("run").code == 0)
        #expect(access(made, F_OK) == 0)
    }

    @Test("a program that reads the files itself cannot be held to it")
    func command() async throws {
        let project = try await Project(files: ["a.slt": "x"], "[suite]\nfiles = [\"*.slt\"]\n[engine]\nkind = \"command\"\ncommand = [\"true\", \"{file}\"]\n", isLocal: true)
        try await project.slt("run", "--no-system").expect(code: 2, "'engine.system' cannot be false with kind = \"command\"")
    }
}
