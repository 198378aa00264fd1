import TestSupport
import Testing
@testable import TreeSync

@Suite("The git state of a folder") struct GitStateTests {
    @Test("is its commit, branch and whether it is dirty, with git and without")
    func states() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path
        #expect(await GitState.read(path) == nil)
        try shell("cd \(quoted(path)) && git init -q -b trunk . && git config user.email a@b && git config user.name n")
        #expect(await GitState.read(path) == GitState(commit: nil, branch: "trunk", isDirty: false))
        try shell("cd \(quoted(path)) && mkdir sub && echo a > sub/a && git add -A && git commit -qm m")
        let commit = try shell("git -C \(quoted(path)) rev-parse HEAD").dropLast()
        #expect(await GitState.read(path + "/sub") == GitState(commit: String(commit), branch: "trunk", isDirty: false))
        try shell("cd \(quoted(path)) && git worktree add -q -b side tree && git pack-refs --all && echo b > tree/b")
        #expect(await GitState.read(path + "/tree") == GitState(commit: String(commit), branch: "side", isDirty: true))
        let repository = try #require(GitRepository.containing(path + "/tree"))
        #expect(GitState.fromFiles(repository) == GitState(commit: String(commit), branch: "side", isDirty: nil))
        try shell("git -C \(quoted(path)) checkout -q --detach")
        #expect(await GitState.read(path)?.branch == nil)
        #expect(GitState.asked(path, git: "/nowhere/git") == nil)
    }
}
