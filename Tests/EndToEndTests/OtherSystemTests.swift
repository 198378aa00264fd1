import FoundationEssentials
import TestSupport
import Testing

@Suite("hosts that are other systems", .enabled(if: HostRoot.refusal == nil, Comment(rawValue: HostRoot.refusal ?? "")),
       .enabled(if: Programs.hasWholeWorker, "a debug build's worker needs this machine's libraries"))
struct OtherSystemTests {
    private static let settings = "[suite]\nfiles = [\"tests/*.test\"]\n[run]\nworkers = 2\n"
    private static let files = [
        "tests/a.test": "query I nosort\nSELECT 1\n----\n1\n",
        "tests/b.test": "query I nosort\nSELECT 1\n----\n2\n",
    ]

    private func project(_ root: HostRoot, _ settings: String = "") async throws -> Project {
        // The older system is there for more than one test, and longer than it.
        let place = "/root/slt-\(UInt64.random(in: 1...UInt64.max))"
        return try await Project(files: Self.files, Self.settings + settings, state: place + "/state", workspace: place + "/work", hasAgent: false, options: root.options)
    }

    private func runs(on root: HostRoot) async throws {
        defer { withExtendedLifetime(root) {} }
        let project = try await project(root)
        let run = try await project.slt("run", "--json")
        #expect(run.code == 1, "\(run)")
        #expect(run.text.contains(#""fail":1"#), "\(run)")
        #expect(run.text.contains(#""pass":1"#), "\(run)")
        let status = try await project.slt("status")
        #expect(status.code == 0, "\(status)")
        let again = try await project.slt("run", "-v", "tests/a.test")
        #expect(again.code == 0, "\(again)")
        #expect(!again.errors.contains("uploading"), "\(again)")
    }

    @Test("a host that has nothing but busybox runs a suite")
    func busybox() async throws { try await runs(on: .busybox()) }

    @Test("an engine that needs a library says which C library it needs of a host that has none")
    func needsLibrary() async throws {
        let root = try HostRoot.busybox()
        defer { withExtendedLifetime(root) {} }
        let project = try await project(root, "[engine]\nkind = \"postgres\"\n")
        try await project.slt("run").expect(code: 3, "cannot install the worker", "needs glibc 2.")
    }

    @Test("an older Debian runs a suite", .enabled(if: HostRoot.older != nil, "SLT_TEST_OLD_ROOT names none; 'make fresh' does"))
    func older() async throws { try await runs(on: try #require(HostRoot.older)) }

    @Test("an engine that needs a newer C library than an older Debian has names both",
          .enabled(if: HostRoot.older != nil, "SLT_TEST_OLD_ROOT names none; 'make fresh' does"))
    func olderLibrary() async throws {
        let project = try await project(try #require(HostRoot.older), "[engine]\nkind = \"postgres\"\n")
        try await project.slt("run").expect(code: 3, "needs glibc 2.35", "the host has glibc 2.31")
    }
}
