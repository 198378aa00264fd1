import Fleet
import FoundationEssentials
import TestSupport
import Testing

@Suite("comparing runs")
struct CompareTests {
    private static let good = "query I\nSELECT 1\n----\n1\n", bad = "query I\nSELECT 1\n----\n2\n"

    @Test("the last two full runs are compared; what broke and what was mended is named, with exit code 1 for what broke")
    func lastTwo() async throws {
        let project = try await Project(files: ["tests/a.test": Self.good, "tests/b.test": Self.bad, "tests/gone.test": Self.good], "[suite]\nfiles = [\"tests/*.test\"]\n", isLocal: true)
        try await project.slt("compare").expect(code: 2, "there are no two full runs of src on this machine")
        _ = try await project.slt("run")
        try await project.slt("compare").expect(code: 2, "there are no two full runs")
        try project.write("# one line more\n" + Self.bad, to: "tests/a.test")
        try project.write(Self.good, to: "tests/b.test")
        try project.write(Self.good, to: "tests/new.test")
        try FileManager.default.removeItem(atPath: project.source + "/tests/gone.test")
        _ = try await project.slt("run")
        // One that ran a part of the suite is no last run of it.
        _ = try await project.slt("run", "--filter", "b.test")
        let worse = try await project.slt("compare")
        #expect(worse.code == 1, "\(worse)")
        for line in ["newly failing (1):\n  tests/a.test:2: passed, now failed: wrong rows", "fixed (1):\n  tests/b.test:1: failed, now passed: wrong rows", "disappeared (1):\n  tests/gone.test\n",
                     "new (1):\n  tests/new.test\n", "B is worse than A: 1 newly failing, 1 fixed, 0 still failing alike"] {
            #expect(worse.text.contains(line), "\(worse)")
        }
        let runs = project.runs()
        let back = try await project.slt("compare", runs[1], project.results + "/" + runs[0])
        #expect(back.code == 1 && back.text.contains("newly failing (1):\n  tests/b.test:1"), "\(back)")
        #expect(back.text.contains("warning: A is the later of the two runs"), "\(back)")
        let same = try await project.slt("compare", "--json", runs[0], runs[0])
        #expect(same.code == 0 && same.text.contains("\"cautions\":[\"same-run\""), "\(same)")
        try await project.slt("compare", "20", runs[0]).expect(code: 2, "3 are meant")
        try await project.slt("compare", "none", runs[0]).expect(code: 2, "slt-remote history")
    }
}
