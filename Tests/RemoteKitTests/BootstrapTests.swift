import AgentProtocol
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
        let facts = try #require(Bootstrap.facts(in: UntrustedText(Array(("motd\n" + line).utf8))))
        #expect(facts.system == "Linux")
        #expect(facts.machine == worker.machine)
        #expect(LibcVersion(text: facts.libc) != nil)
        #expect(Bootstrap.facts(in: UntrustedText(Array("bash: nothing of the kind".utf8))) == nil)
    }

    @Test("another machine and an older C library are refused by name of both sides")
    func unsuitable() throws {
        let bootstrap = Bootstrap(worker: try WorkerBinary(path: "/proc/self/exe"), state: "~/s")
        let other = #expect(throws: RemoteError.self) { try bootstrap.check(HostFacts(system: "Linux", machine: "mips", hasProc: true, libc: "glibc 2.36"), host: "box") }
        #expect(other?.message.contains("mips") == true)
        #expect(other?.message.contains(bootstrap.worker.machine) == true)
        let old = #expect(throws: RemoteError.self) { try bootstrap.check(HostFacts(system: "Linux", machine: bootstrap.worker.machine, hasProc: true, libc: "glibc 2.2"), host: "box") }
        #expect(old?.message.contains("glibc 2.2") == true)
        #expect(old?.code == .unsuitableHost)
        try bootstrap.check(HostFacts(system: "Linux", machine: bootstrap.worker.machine, hasProc: true, libc: "glibc 99.1"), host: "box")
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
