import FoundationEssentials
import Glibc
import Fleet
import TestSupport
import Testing
@testable import RemoteKit

@Suite struct BootstrapTests {
    /// What `shell -c text` prints, with the exit code.
    func output(of text: String, shell: String = "/bin/sh", home: String = "/nowhere") throws -> String {
        let folder = try TemporaryFolder()
        let script = try folder.write(text, to: "line")
        let result = try folder.write("", to: "out")
        let quoted = { (path: String) in "'\(path)'" }
        #expect(system("HOME=\(quoted(home)) \(shell) -c \"$(cat \(quoted(script)))\" > \(quoted(result))") == 0)
        return try String(contentsOfFile: result, encoding: .utf8)
    }

    @Test("a word reaches the shell as it is, whatever is in it",
          arguments: ["plain", "two words", "it's", "$HOME `id` \"x\"", "-n", "a\nb", "''", "*"])
    func quoting(word: String) throws {
        #expect(try output(of: "printf %s " + ShellText.quote(word)) == word)
    }

    @Test("only a leading ~/ of a path is the home folder")
    func paths() throws {
        #expect(try output(of: "printf %s " + ShellText.path("~/a b"), home: "/h $x") == "/h $x/a b")
        #expect(try output(of: "printf %s " + ShellText.path("/a/~/b")) == "/a/~/b")
    }

    @Test("a script is one line, for shells that know no more")
    func oneLine() throws {
        let script = ShellText.script(["x='it'\"'\"'s'", "echo \"$x\""])
        #expect(!script.contains("\n"))
        #expect(try output(of: script) == "it's\n")
    }

    @Test("a host without the agent says what it is")
    func facts() throws {
        let worker = try WorkerBinary(path: "/proc/self/exe")
        let line = try output(of: Bootstrap(worker: worker, state: "/nonexistent state").start)
        let facts = try #require(Bootstrap.facts(in: "it printed: motd\n" + line))
        #expect(facts.system == "Linux")
        #expect(facts.machine == worker.machine)
        #expect(LibcVersion(text: facts.libc) != nil)
        #expect(Bootstrap.facts(in: "bash: nothing of the kind") == nil)
    }

    @Test("another machine and an older C library are refused by name of both sides")
    func unsuitable() throws {
        let bootstrap = Bootstrap(worker: try WorkerBinary(path: "/proc/self/exe"), state: "~/s")
        let other = #expect(throws: RemoteError.self) { try bootstrap.check(HostFacts(system: "Linux", machine: "mips", libc: "glibc 2.36"), host: "box") }
        #expect(other?.message.contains("mips") == true && other?.message.contains(bootstrap.worker.machine) == true)
        let old = #expect(throws: RemoteError.self) { try bootstrap.check(HostFacts(system: "Linux", machine: bootstrap.worker.machine, libc: "glibc 2.2"), host: "box") }
        #expect(old?.message.contains("glibc 2.2") == true && old?.code == .unsuitableHost)
        try bootstrap.check(HostFacts(system: "Linux", machine: bootstrap.worker.machine, libc: "glibc 99.1"), host: "box")
    }

    @Test("a file that is no program is no worker")
    func notAWorker() throws {
        let folder = try TemporaryFolder()
        let text = try folder.write("#!/bin/sh\n", to: "slt-worker")
        #expect(throws: RemoteError.self) { try WorkerBinary(path: text) }
        let missing = #expect(throws: RemoteError.self) { try WorkerBinary.find(configured: nil, program: folder.file("slt-remote-x/slt-remote")) }
        #expect(missing?.message.contains("build it with 'make'") == true)
    }
}

@Suite struct HostileTextTests {
    @Test("what a build prints is cut into safe lines")
    func lines() {
        let shown = Shown()
        let lines = SafeLines { shown.add($0) }
        lines.add(Array("\u{1B}[1;31merror\u{1B}[0m: x\r\nprogress 1\rprogress 2\n\u{1B}]0;title\u{7}evil".utf8))
        lines.finish()
        #expect(shown.lines.prefix(2) == ["error: x", "progress 2"])
        #expect(shown.lines.count == 3 && !shown.lines[2].utf8.contains { $0 < 0x20 })
    }

    @Test("an endless line is shown in pieces")
    func endless() {
        let shown = Shown()
        let lines = SafeLines { shown.add($0) }
        lines.add([UInt8](repeating: 0x61, count: 20_000))
        lines.finish()
        #expect(shown.lines.count == 5)
    }

    @Test("a run's name from a host cannot lead out of the results' folder",
          arguments: ["..", "a/b", "", ".hidden", "a\0b", "x\ny", String(repeating: "a", count: 200)])
    func names(name: String) { #expect(!RunName.isSafe(name)) }

    @Test("an ordinary run's name is taken")
    func goodName() { #expect(RunName.isSafe("20261121-013000-k3f9")) }
}

final class Shown: @unchecked Sendable {
    private(set) var lines: [String] = []
    func add(_ line: String) { lines.append(line) }
}

@Suite struct RecordCheckTests {
    private func check(_ lines: [String], total: Int, outcomes: [Outcome: Int]) throws {
        let folder = try TemporaryFolder()
        try folder.write(lines.map { $0 + "\n" }.joined(), to: "records.jsonl")
        let status = RunStatus(id: "r", phase: .finished, workspace: "/w", createdAt: 0, timeBudget: 1, total: total, queued: 0, running: 0,
                               outcomes: outcomes, workersWanted: 1)
        try RecordCheck(folder: folder.path, status: status).run()
    }

    private let pass = #"{"id":0,"outcome":"pass"}"#, fail = #"{"id":1,"outcome":"fail"}"#

    @Test("records that add up to the files are taken")
    func sound() throws { try check([pass, fail], total: 2, outcomes: [.pass: 1, .fail: 1, .timeout: 0]) }

    @Test("a missing, a doubled and a changed record are found")
    func unsound() {
        #expect(throws: RemoteError.self) { try check([pass], total: 2, outcomes: [.pass: 1, .fail: 1]) }
        #expect(throws: RemoteError.self) { try check([pass, pass], total: 2, outcomes: [.pass: 2]) }
        #expect(throws: RemoteError.self) { try check([pass, fail], total: 2, outcomes: [.pass: 2]) }
        #expect(throws: RemoteError.self) { try check(["nonsense"], total: 1, outcomes: [.pass: 1]) }
    }
}
