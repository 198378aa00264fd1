import AgentProtocol
import Fleet
import TestSupport
import Testing
@testable import RemoteKit

@Suite("workspaces that trees have for themselves") struct TreeRemainsTests {
    private func isUnneeded(_ path: String, machine: String = OwnMachine.token, unusedDays: Double? = 1) -> Bool {
        let now = 1e9
        let mark = TreeOrigin(machine: machine, path: path, user: "u@h")
        return TreeRemains.isUnneeded(TreeWorkspace(path: "/w", mark: mark, lastUse: unusedDays.map { now - $0 * 86400 } ?? 0), now: now)
    }

    @Test("one goes when its tree is gone or nobody has used it for long; never one of another machine, or of a disk that is not there")
    func unneeded() throws {
        let folder = try TemporaryFolder()
        #expect(!isUnneeded(folder.path))
        #expect(isUnneeded(folder.path, unusedDays: 31))
        #expect(!isUnneeded(folder.path, unusedDays: nil))
        #expect(isUnneeded(folder.file("gone")))
        #expect(isUnneeded(folder.file("gone"), unusedDays: nil))
        #expect(!isUnneeded(folder.file("gone/tree")))
        #expect(!isUnneeded(folder.file("gone"), machine: "another"))
        #expect(!isUnneeded(folder.path, machine: "another", unusedDays: 99))
    }

    @Test("auto is a folder of this very tree")
    func auto() throws {
        func host(_ folder: String) throws -> HostSettings {
            let files = ConfigurationFiles(project: ConfigurationSource(name: "slt-remote.toml", folder: folder, text: "[hosts.box]\nworkspace = \"auto\"\ncores = 3"))
            return try Configuration.resolve(files: files, workingDirectory: folder).host("box")
        }
        let one = try host("/nowhere/project"), other = try host("/elsewhere/project")
        #expect(one.isOwnWorkspace)
        #expect(one.cores == 3)
        #expect(one.workspace.hasPrefix("~/slt-remote/trees/project-"))
        #expect(other.workspace.hasPrefix("~/slt-remote/trees/project-"))
        #expect(one.workspace != other.workspace)
        #expect(try host("/nowhere/project").workspace == one.workspace)
        #expect(try !Configuration.resolve(workingDirectory: "/nowhere/project").host("box").isOwnWorkspace)
    }
}
