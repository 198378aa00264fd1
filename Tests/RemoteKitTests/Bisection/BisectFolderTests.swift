import FoundationEssentials
import Platform
import TestSupport
import Testing
import TreeSync
@testable import RemoteKit

@Suite("the folder of a bisect") struct BisectFolderTests {
    private static let state = BisectState(source: "/src", host: "box", good: .init(name: "v1", commit: "a"), bad: .init(name: "HEAD", commit: "b"),
                                           targets: [BisectTarget(file: "a.test", line: 3)], jobs: 4, workersPerBuild: 1, repeats: 2, testsFromRevision: false)

    @Test("it has one owner at a time, who is named to others, and keeps its state")
    func owner() throws {
        let place = try TemporaryFolder()
        var folder: BisectFolder? = try BisectFolder(source: place.path, root: place.file("root"))
        let path = try #require(folder?.path)
        try folder?.write(Self.state)
        let refusal = #expect(throws: RemoteError.self) { try BisectFolder(source: place.path, root: place.file("root")) }
        #expect(refusal?.code == .locked)
        #expect(refusal?.message.contains("process ") == true)
        folder = nil
        let next = try BisectFolder(source: place.path, root: place.file("root"))
        #expect(next.path == path)
        #expect(try next.state() == Self.state)
        next.removeIfDone()
        #expect(FileManager.default.fileExists(atPath: path))
        next.removeState()
        #expect(try next.state() == nil)
        next.removeIfDone()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("test files are kept as they were when it began, and go with the state")
    func tests() throws {
        let place = try TemporaryFolder(), folder = try BisectFolder(source: place.file("src"), root: place.file("root"))
        try place.write("one", to: "src/tests/a.test")
        try folder.keepTests(["tests/a.test"], from: place.file("src"))
        try place.write("two", to: "src/tests/a.test")
        try folder.keepTests(["tests/a.test"], from: place.file("src"))
        #expect(try String(contentsOfFile: folder.tests + "/tests/a.test", encoding: .utf8) == "one")
        #expect(throws: RemoteError.self) { try folder.keepTests(["tests/none.test"], from: place.file("src")) }
        folder.removeState()
        #expect(!FileManager.default.fileExists(atPath: folder.tests))
    }

    @Test("a state of a later release, or one that is damaged, is refused with a way out", arguments: [("{\"version\":2}", "format 2"), ("{", "damaged"), ("{\"version\":1}", "damaged")])
    func format(text: String, word: String) throws {
        let place = try TemporaryFolder(), folder = try BisectFolder(source: place.path, root: place.file("root"))
        try Data(text.utf8).write(to: URL(filePath: folder.path + "/bisect.json"))
        let refusal = #expect(throws: RemoteError.self) { try folder.state() }
        #expect(refusal?.message.contains(word) == true)
        #expect(refusal?.remedy == .abortBisect)
    }

    @Test("what a killed process has left is found while nobody is at work, and removed with the repository's notes of it")
    func left() async throws {
        let place = try TemporaryFolder(), root = place.file("root")
        let identity = ["GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@t", "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@t", "PATH": "/usr/bin:/bin", "HOME": place.path]
        func git(_ arguments: String...) async throws -> String {
            let done = try await RunningProgram.run(["/usr/bin/git"] + arguments, environment: identity, in: place.file("src"))
            try #require(done.code == 0, "\(done)")
            return done.text
        }
        try place.write("one", to: "src/a")
        _ = try await git("init", "-q", ".")
        _ = try await git("add", ".")
        _ = try await git("commit", "-qm", "one")
        let head = try await git("rev-parse", "HEAD").split(separator: "\n").map(String.init)[0]
        let repository = try #require(GitRevisions(place.file("src")))
        var folder: BisectFolder? = try BisectFolder(source: place.file("src"), root: root)
        let path = try #require(folder?.path)
        try folder?.tree(1, of: repository).checkOut(head)
        try folder?.write(Self.state)
        #expect(FileManager.default.fileExists(atPath: "\(path)/trees/1/src/a"))
        #expect(BisectFolder.left(root: root).isEmpty)
        BisectFolder.removeLeft(root: root)
        #expect(FileManager.default.fileExists(atPath: "\(path)/trees/1/src/a"))
        folder = nil
        #expect(BisectFolder.left(root: root) == ["\(path)/trees"])
        BisectFolder.removeLeft(root: root)
        #expect(BisectFolder.left(root: root).isEmpty)
        #expect(try await git("worktree", "list").split(separator: "\n").count == 1)
        #expect(FileManager.default.fileExists(atPath: "\(path)/bisect.json"))
    }
}
