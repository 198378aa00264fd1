import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("folders that others can change")
struct TrustTests {
    private static let settings = "[suite]\nfiles = [\"*.test\"]\n"

    @Test("a state folder that everybody may write to, and one below such a folder, is refused before anything in it is run", arguments: ["", "/.."])
    func writable(which: String) async throws {
        let project = try await Project(files: ["a.test": passingFile], TrustTests.settings)
        chmod(project.state + which, 0o777)
        let planted = try planted(in: project)
        try await project.slt("status").expect(code: 3, "everybody may write to ", "'state'")
        #expect(!project.exists(planted))
        chmod(project.state + which, 0o1777)
        let sticky = try await project.slt("status")
        #expect(sticky.code == 3, "\(sticky)")
        #expect(!sticky.errors.contains("everybody"), "\(sticky)")
    }

    @Test("a state folder of another user is refused, and so are another user's worker and link", .enabled(if: getuid() == 0), arguments: ["state", "worker", "parent"])
    func foreign(which: String) async throws {
        let project = try await Project(files: ["a.test": passingFile], TrustTests.settings)
        let planted = try planted(in: project)
        let agent = try #require(below(project.state + "/agents").first { $0.hasSuffix("/slt-worker") })
        let place = ["state": project.state, "worker": agent, "parent": project.state + "/agents"][which] ?? ""
        try #require(chown(place, 12345, 12345) == 0)
        try await project.slt("status").expect(code: 3, "belongs to user 12345")
        #expect(!project.exists(planted))
    }

    @Test("where a group may write, only the worker that was uploaded is run", .enabled(if: getuid() == 0))
    func group() async throws {
        let project = try await Project(files: ["a.test": passingFile], TrustTests.settings)
        let planted = try planted(in: project)
        chown(project.state, 0, 12345)
        chmod(project.state, 0o770)
        let status = try await project.slt("sync")
        #expect(status.code == 0, "\(status)")
        #expect(!project.exists(planted), "\(status)")
    }

    @Test("a workspace that is another user's link is refused", .enabled(if: getuid() == 0), arguments: [true, false])
    func link(isLocal: Bool) async throws {
        let project = try await Project(files: ["a.test": passingFile], TrustTests.settings, isLocal: isLocal)
        try FileManager.default.createDirectory(atPath: project.hostHome + "/target", withIntermediateDirectories: true)
        symlink("target", project.workspace)
        #expect(try await project.slt("sync").code == 0)
        lchown(project.workspace, 12345, 12345)
        try await project.slt("sync").expect(code: 3, project.workspace, "link of user 12345")
    }

    /// Puts a program in the worker's place.
    /// - Returns: the file that it makes when it is run.
    private func planted(in project: Project) throws -> String {
        let agent = try #require(below(project.state + "/agents").first { $0.hasSuffix("/slt-worker") })
        try FileManager.default.removeItem(atPath: agent)
        let trace = project.folder.file("host/trace")
        try Data("#!/bin/sh\ntouch '\(trace)'\n".utf8).write(to: URL(filePath: agent))
        chmod(agent, 0o755)
        return trace
    }
}
